//! The ledger in PostgreSQL, where it is installed: what its functions answer, and that its check sees what is wrong.

use longmen_engine::ledger::{Rejection, Side};
use longmen_workload::books::{Books, Outcome};
use longmen_workload::{Expect, Kind, Leg, Request, Workload};

use super::cluster::Cluster;
use super::error::PeerError;
use super::ledger::{Poster, check, open};

const POSTED: Outcome = Outcome { rejection: None, repeated: false };
const REPEATED: Outcome = Outcome { rejection: None, repeated: true };

fn refused(rejection: Rejection) -> Outcome {
    Outcome { rejection: Some(rejection), repeated: false }
}

/// A request of transfers from account 1 to account 2, each with its id, its amount and what it should come to.
fn transfers(wanted: &[(u128, i64, Expect)]) -> Request {
    let mut request = Request::default();
    for &(id, amount, expect) in wanted {
        let legs =
            [Leg { account: 1, amount, side: Side::Debit }, Leg { account: 2, amount, side: Side::Credit }];
        request.push(1 << 64 | id, Kind::Transfer, expect, &legs);
    }
    request
}

#[tokio::test]
async fn transfers_are_posted_once_and_only_with_funds_and_wrong_books_are_found() {
    let cluster = match Cluster::start(None).await {
        Ok(cluster) => cluster,
        Err(PeerError::NotInstalled | PeerError::NoUser) => return,
        Err(other) => panic!("{other}"),
    };
    let plan = Workload::Transfers.plan(4, 1);
    let mut books = Books::new(plan.population.accounts.len());
    open(cluster.connect().await.unwrap(), &plan.population, &mut books).await.unwrap();
    let mut poster = Poster::new(cluster.connect().await.unwrap()).await.unwrap();

    let (short, conflict) = (Rejection::InsufficientFunds, Rejection::IdempotencyConflict);
    let too_much = plan.population.accounts[1].funding + 1;
    for (request, answers) in [
        (transfers(&[(1, 5, Expect::Posted)]), vec![POSTED]),
        (transfers(&[(1, 5, Expect::Posted)]), vec![REPEATED]),
        (transfers(&[(1, 6, Expect::Refused(conflict))]), vec![refused(conflict)]),
        (transfers(&[(2, too_much, Expect::Refused(short))]), vec![refused(short)]),
        (
            transfers(&[
                (3, 7, Expect::Posted),
                (2, too_much, Expect::Refused(short)),
                (3, 7, Expect::Posted),
            ]),
            vec![POSTED, refused(short), REPEATED],
        ),
    ] {
        let outcomes = poster.post(&request).await.unwrap();
        assert_eq!(outcomes, answers);
        books.record(&request, outcomes.into_iter());
    }
    let client = cluster.connect().await.unwrap();
    let sound = check(&client, &books).await.unwrap();
    assert!(sound.held(), "{sound:?}");
    assert_eq!(sound.accounts, 5);

    client.batch_execute("UPDATE accounts SET balance = balance + 1 WHERE id = 3").await.unwrap();
    let found = check(&client, &books).await.unwrap();
    assert_eq!(found.count, 2, "{found:?}");
    assert!(found.differences.iter().all(|words| words.starts_with("account 3:")), "{found:?}");
    client.batch_execute("UPDATE entries SET amount = amount + 1 WHERE account = 4").await.unwrap();
    let found = check(&client, &books).await.unwrap();
    assert!(found.differences[0].contains("debits and credits differ by 1"), "{found:?}");
    cluster.stop().unwrap();
}
