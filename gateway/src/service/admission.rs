//! Who was let in, and what becomes of that while it is here: rights change, and tokens expire and are revoked, without a
//! restart and without a dropped connection.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use longmen_access::{Access, Admitted, Asking, NotAdmitted};
use longmen_engine::ledger::{Acting, Operation, Rejection};
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
    /// The id of its token; empty where a certificate was its proof.
    token: Box<str>,
    principal: Box<str>,
    /// The questions for which it has to give a reason.
    reasons: BTreeSet<Operation>,
    latest: Latest,
    /// What it may do; nothing, once it is let in no more.
    acting: Arc<Acting>,
    /// Why it is let in no more.
    barred: Option<Rejection>,
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
        let expires = expiry(&admitted);
        let Admitted { token, principal, reasons, acting, .. } = admitted;
        let (origin, acting, barred) = (origin.clone(), Arc::new(acting), None);
        Ok(Admission {
            client,
            on_behalf,
            origin,
            token,
            principal,
            reasons,
            latest,
            acting,
            barred,
            expires,
        })
    }

    /// Whether it has to give a reason for asking that.
    pub(super) fn demands_reason(&self, operation: Operation) -> bool {
        self.reasons.contains(&operation)
    }

    /// Who was let in, and the id of the token that it showed, if it showed one.
    pub(super) fn principal(&self) -> (&str, Option<&str>) {
        (&self.principal, Some(&*self.token).filter(|token| !token.is_empty()))
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
            self.bar(Rejection::NotAuthenticated);
        }
        self.barred.map_or(Ok(&self.acting), Err)
    }

    /// Who acts, and what it may do as far as was found last, for what was taken in before: whoever is let in no more has no
    /// right left.
    pub(super) fn last_acting(&self) -> &Arc<Acting> {
        &self.acting
    }

    fn bar(&mut self, why: Rejection) {
        self.acting = Arc::new(self.acting.without_rights());
        (self.barred, self.expires) = (Some(why), None);
    }

    #[cold]
    fn renew(&mut self) {
        let access = Arc::clone(&self.latest.borrow_and_update());
        let asking = asking(&self.client, "", self.on_behalf.as_deref(), &self.origin);
        match access.admit_again(&self.token, &asking) {
            Ok(admitted) => {
                (self.expires, self.barred) = (expiry(&admitted), None);
                (self.acting, self.reasons) = (Arc::new(admitted.acting), admitted.reasons);
            }
            Err(why) => self.bar(refused(why)),
        }
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
