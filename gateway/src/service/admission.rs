//! Who was let in, and what becomes of that while it is here: rights change, and tokens expire and are revoked, without a
//! restart and without a dropped connection.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use longmen_access::{Access, Admitted, Asking, NotAdmitted};
use longmen_engine::ledger::{Acting, Rejection};
use tokio::sync::watch;

use super::certificate::Certificate;
use super::origin::Origin;
use super::request::Hello;

/// Where the newest principals, roles and tokens are told.
pub(super) type Latest = watch::Receiver<Arc<Access>>;

/// Somebody who was let in by its token.
#[derive(Debug)]
pub(crate) struct Admission {
    client: Box<str>,
    on_behalf: Option<Box<str>>,
    origin: Origin,
    token: Box<str>,
    latest: Latest,
    /// What it may do; or why it may do nothing any more.
    acting: Result<Arc<Acting>, Rejection>,
    /// The moment from which it is let in no more.
    expires: Option<Instant>,
}

impl Admission {
    /// Lets in who says hello, if it is to be let in.
    pub(super) fn of(latest: &Latest, hello: &Hello, origin: &Origin) -> Result<Admission, Rejection> {
        let mut latest = latest.clone();
        let access = Arc::clone(&latest.borrow_and_update());
        let (client, on_behalf) = (hello.name.clone(), hello.on_behalf.clone());
        let token = hello.token.as_deref().unwrap_or_default();
        let asking = asking(&client, token, on_behalf.as_deref(), origin);
        let admitted = access.admit(&asking).map_err(refused)?;
        let (expires, token) = (expiry(&admitted), admitted.token);
        let acting = Ok(Arc::new(admitted.acting));
        Ok(Admission { client, on_behalf, origin: origin.clone(), token, latest, acting, expires })
    }

    /// Who acts, and what it may do by now.
    ///
    /// # Errors
    /// Why it may do nothing any more.
    #[inline]
    pub(super) fn acting(&mut self, now: Instant) -> Result<&Arc<Acting>, Rejection> {
        // Whoever told of changes is gone with the node that it served; what was told last holds.
        if self.latest.has_changed().unwrap_or(false) {
            self.renew();
        }
        if self.expires.is_some_and(|expires| now >= expires) {
            return Err(Rejection::NotAuthenticated);
        }
        self.acting.as_ref().map_err(|rejection| *rejection)
    }

    /// The same, as it was found last.
    pub(super) fn last_acting(&self) -> Option<&Arc<Acting>> {
        self.acting.as_ref().ok()
    }

    #[cold]
    fn renew(&mut self) {
        let access = Arc::clone(&self.latest.borrow_and_update());
        let asking = asking(&self.client, "", self.on_behalf.as_deref(), &self.origin);
        let admitted = access.admit_again(&self.token, &asking);
        self.expires = admitted.as_ref().ok().and_then(expiry);
        self.acting = admitted.map(|admitted| Arc::new(admitted.acting)).map_err(refused);
    }
}

fn asking<'a>(client: &'a str, token: &'a str, on_behalf: Option<&'a str>, origin: &'a Origin) -> Asking<'a> {
    let certificate = match &origin.certificate {
        Certificate::Of(name) => Some(&**name),
        Certificate::None | Certificate::Nameless => None,
    };
    Asking { client, token, certificate, on_behalf, peer: origin.peer, now: Timestamp::now() }
}

/// The moment of expiry by the clock that no one sets.
fn expiry(admitted: &Admitted) -> Option<Instant> {
    let left = Timestamp::now().duration_until(admitted.expires?);
    Some(Instant::now() + Duration::try_from(left).unwrap_or_default())
}

fn refused(why: NotAdmitted) -> Rejection {
    match why {
        NotAdmitted::Unknown => Rejection::NotAuthenticated,
        NotAdmitted::Forbidden => Rejection::Forbidden,
    }
}
