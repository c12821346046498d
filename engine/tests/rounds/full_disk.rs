//! On a full disk whoever is known already may come back to read; what would write is refused, and leaves nothing.

use longmen_engine::ledger::{Answer, ClientId, Command, Rejection, Room};

use super::harness::{Node, settings};
use super::script::Spec;

const CHART: [Spec; 1] = [Spec::new(0, "2001")];

fn hello(node: &mut Node, name: &str) -> Answer {
    node.given.clear();
    node.submit(7, Command::Hello { name: name.into() });
    node.drain();
    node.given.pop().expect("a hello is answered").1
}

#[test]
fn a_known_client_may_connect() {
    let mut node = Node::open(&settings(1), &CHART, 1, &[]);
    let Answer::Welcome { client } = hello(&mut node, "before") else { panic!("there is room") };
    let frames = node.durable().len();
    node.set_room(Room::None);
    for (name, expected) in
        [("before", Ok(client)), ("new", Err(Rejection::OutOfDisk)), ("before", Ok(client))]
    {
        let said = match hello(&mut node, name) {
            Answer::Welcome { client } => Ok(client),
            Answer::Rejected(rejection) => Err(rejection),
            other => panic!("{name}: {other:?}"),
        };
        assert_eq!(said, expected, "{name}");
    }
    assert_eq!(node.durable().len(), frames, "nothing was written");
    node.set_room(Room::Enough);
    let Answer::Welcome { client: new } = hello(&mut node, "new") else { panic!("there is room again") };
    assert_ne!(new, client);
    assert_ne!(new, ClientId(0));
}
