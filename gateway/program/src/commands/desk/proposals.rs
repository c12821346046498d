//! What was proposed, as far as a desk looks at it.

use longmen_client::{Client, Proposal, ProposalsRequest};

use crate::failure::Failure;

/// The proposals that are meant, by number: of those that nobody has decided about, or of all that the ledger remembers.
pub(super) async fn proposals_where(
    client: &mut Client,
    open: bool,
    is_meant: &dyn Fn(&Proposal) -> bool,
) -> Result<Vec<Proposal>, Failure> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let request = ProposalsRequest { after, open, ..ProposalsRequest::default() };
        let page = client.proposals(&request).await?;
        found.extend(page.proposals.into_iter().filter(is_meant));
        after = match page.next {
            Some(next) => Some(next),
            None => return Ok(found),
        };
    }
}

/// What the content of a proposal says under a name.
pub(super) fn said<'a>(proposal: &'a Proposal, name: &str) -> Option<&'a str> {
    proposal.content.iter().find(|(known, _)| &**known == name).map(|(_, value)| &**value)
}
