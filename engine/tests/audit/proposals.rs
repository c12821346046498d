//! Four eyes: forged proposals and approvals, each alone in good books.

use longmen_engine::audit::{AdminFault, RecordPlace};
use longmen_engine::ledger::{
    Admin, ClientId, Content, Decision, DecisionKind, Proposal, TransactionId, TransactionKey,
    notes::{self, Note},
};

use crate::full::full_books;
use crate::planted::{audited, check_found, written};

/// The frame that says all of it.
const FRAME: u64 = 5;
const DIGEST: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

fn proposed(number: u64, change: impl FnOnce(&mut Proposal)) -> Admin {
    let mut proposal = Proposal {
        number,
        key: TransactionKey { client: ClientId(1), id: TransactionId(u128::from(number)) },
        maker: "ann".into(),
        at_once: false,
        expires_us: Some(i64::MAX / 2),
        frame: FRAME,
        accounts: Vec::new(),
        content: Content::Access { digest: DIGEST.into() }.write().into(),
        notes: Box::default(),
    };
    change(&mut proposal);
    Admin::Proposed(Box::new(proposal))
}

fn at_once(number: u64) -> Admin {
    proposed(number, |proposal| (proposal.at_once, proposal.expires_us) = (true, None))
}

fn decided(number: u64, kind: DecisionKind, by: &str) -> Admin {
    Admin::Decided(Decision { number, kind, frame: FRAME, by: by.into(), notes: Box::default() })
}

fn approved(number: u64) -> Admin {
    decided(number, DecisionKind::Approved, "bob")
}

/// The file was changed as that proposal says.
fn done(number: u64, approver: &str, digest: &str) -> Admin {
    let mut written = Vec::new();
    notes::write(&mut written, Note::Proposal, &number.to_string());
    notes::write(&mut written, Note::Approver, approver);
    let (command, about) = ("change_access".into(), digest.into());
    Admin::Registered { client: ClientId(1), command, about, notes: written.into() }
}

/// The last record of these, in the last frame of good books, is found to be wrong.
#[track_caller]
fn check(records: Vec<Admin>, wrong: u32, number: u64, why: &'static str) {
    let mut books = full_books();
    books.last().admin.extend(records);
    let fault = AdminFault::Proposal { number, why }.into();
    check_found(&books.bodies(), FRAME, RecordPlace::Admin(wrong), &fault);
}

#[test]
fn what_two_principals_did_passes() {
    let withdrawn = |number| decided(number, DecisionKind::Withdrawn, "ann");
    for records in [
        vec![proposed(1, |_| ())],
        vec![proposed(1, |_| ()), done(1, "bob", DIGEST), approved(1)],
        vec![proposed(1, |_| ()), decided(1, DecisionKind::Rejected, "bob")],
        vec![proposed(1, |_| ()), withdrawn(1)],
        vec![proposed(1, |_| ()), withdrawn(1), proposed(2, |_| ()), done(2, "bob", DIGEST), approved(2)],
        vec![at_once(1), done(1, "", DIGEST)],
        vec![at_once(1), done(1, "", DIGEST), approved(1)],
        vec![at_once(1), done(1, "", DIGEST), decided(1, DecisionKind::Rejected, "bob")],
    ] {
        let mut books = full_books();
        books.last().admin.extend(records.clone());
        if let Err(error) = audited(&written(&books.bodies())) {
            panic!("{error}: {records:?}");
        }
    }
}

#[test]
fn what_one_principal_did_alone_is_found() {
    let own = || decided(1, DecisionKind::Approved, "ann");
    check(vec![proposed(1, |_| ()), done(1, "ann", DIGEST), own()], 2, 1, "is decided by its maker");
    check(vec![at_once(1), done(1, "", DIGEST), own()], 2, 1, "is decided by its maker");
    let nobody = decided(1, DecisionKind::Approved, "");
    check(vec![proposed(1, |_| ()), done(1, "", DIGEST), nobody], 2, 1, "is decided by nobody");
    let other = decided(1, DecisionKind::Withdrawn, "bob");
    check(vec![proposed(1, |_| ()), other], 1, 1, "is taken back by another than its maker");
    let back = decided(1, DecisionKind::Withdrawn, "ann");
    check(vec![at_once(1), done(1, "", DIGEST), back], 2, 1, "is taken back, and was done");
    let unsaid = "is done in a frame that does not say so";
    check(vec![proposed(1, |_| ()), done(1, "bob", DIGEST)], 1, 1, unsaid);
    check(vec![done(7, "bob", DIGEST)], 0, 7, unsaid);
    let rejected = decided(1, DecisionKind::Rejected, "bob");
    check(vec![proposed(1, |_| ()), done(1, "bob", DIGEST), rejected], 1, 1, unsaid);
}

#[test]
fn what_was_done_is_what_was_proposed_and_once() {
    let one = || proposed(1, |_| ());
    let other = "f123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    check(vec![one(), done(1, "bob", other), approved(1)], 1, 1, "is done otherwise than it was proposed");
    check(vec![one(), done(1, "eve", DIGEST), approved(1)], 1, 1, "names another approver");
    let twice = vec![one(), done(1, "bob", DIGEST), done(1, "bob", DIGEST), approved(1)];
    check(twice, 2, 1, "is done twice");
    check(vec![one(), approved(1)], 1, 1, "was approved, and is not done in that frame");
    check(vec![at_once(1)], 0, 1, "was approved, and is not done in that frame");
    let again = vec![one(), done(1, "bob", DIGEST), approved(1), approved(1)];
    check(again, 3, 1, "is decided, and was never made or had ended");
    check(vec![approved(3)], 0, 3, "is decided, and was never made or had ended");
}

#[test]
fn a_proposal_is_whole_in_its_order_and_its_time() {
    check(vec![proposed(2, |_| ())], 0, 2, "is out of order");
    check(vec![proposed(1, |_| ()), proposed(1, |_| ())], 1, 1, "is out of order");
    check(vec![proposed(1, |proposal| proposal.frame = 4)], 0, 1, "names another frame than its own");
    check(vec![proposed(1, |proposal| proposal.maker = "".into())], 0, 1, "has no maker");
    check(vec![proposed(1, |proposal| proposal.expires_us = Some(1))], 0, 1, "ends before it was made");
    check(vec![proposed(1, |proposal| proposal.content = [1].into())], 0, 1, "says what nobody can read");
    let early = decided(1, DecisionKind::Expired, "");
    check(vec![proposed(1, |_| ()), early], 1, 1, "ends before its time or after it");
    let elsewhere = Admin::Decided(Decision {
        number: 1,
        kind: DecisionKind::Rejected,
        frame: 4,
        by: "bob".into(),
        notes: Box::default(),
    });
    check(vec![proposed(1, |_| ()), elsewhere], 1, 1, "was decided in another frame than it says");
}
