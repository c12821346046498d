//! Every transaction id of the log, and a digest of every account's name, to find those that are there twice.

use crate::ledger::{ClientId, TransactionId};

/// Ids are spread over so many parts, so that each can be sorted inside a cache.
const PARTS: usize = 1 << 10;

/// A client and its transaction id, in 20 bytes; the words that differ most come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct IdKey([u32; 5]);

impl IdKey {
    pub(super) fn new(client: ClientId, id: TransactionId) -> IdKey {
        let words = id.0.to_le_bytes();
        let word = |at: usize| u32::from_le_bytes([words[at], words[at + 1], words[at + 2], words[at + 3]]);
        IdKey([word(0), word(4), word(8), word(12), client.0])
    }

    pub(super) fn parts(&self) -> (TransactionId, ClientId) {
        let [a, b, c, d, client] = self.0;
        let id = [d, c, b, a].iter().fold(0, |id: u128, word| id << 32 | u128::from(*word));
        (TransactionId(id), ClientId(client))
    }

    /// Which part the key belongs to: equal keys share one, and runs of ids spread over all.
    fn part(&self) -> usize {
        let [a, b, c, d, client] = self.0.map(u64::from);
        let low = (a | b << 32) ^ 0x9e37_79b9_7f4a_7c15;
        let high = (c | d << 32) ^ client.rotate_left(40) ^ 0xd1b5_4a32_d192_ed03;
        let product = u128::from(low.wrapping_mul(0xff51_afd7_ed55_8ccd)) * u128::from(high | 1);
        let bytes = product.to_le_bytes();
        let folded = u16::from_le_bytes([bytes[6] ^ bytes[14], bytes[7] ^ bytes[15]]);
        usize::from(folded) % PARTS
    }
}

/// The ids seen so far.
pub(super) struct SeenIds {
    parts: Vec<Vec<IdKey>>,
}

impl SeenIds {
    pub(super) fn new() -> SeenIds {
        SeenIds { parts: vec![Vec::new(); PARTS] }
    }

    #[inline]
    pub(super) fn add(&mut self, key: IdKey) {
        self.parts[key.part()].push(key);
    }

    /// The ids that are there more than once.
    pub(super) fn duplicates(&mut self) -> impl Iterator<Item = IdKey> {
        self.parts.iter_mut().flat_map(|part| {
            part.sort_unstable();
            let twice = part.chunk_by(|a, b| a == b).filter(|same| same.len() > 1);
            twice.map(|same| same[0])
        })
    }
}

/// An id as people know it: its text where it has one, and the digits that listings show.
pub(super) fn id_of(id: TransactionId, text: &str) -> String {
    match text {
        "" => format!("id {:032x}", id.0),
        text => format!("id `{}` ({:032x})", text.escape_debug(), id.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_give_back_what_they_are_made_of() {
        for (client, id) in [(0, 0), (u32::MAX, 1), (7, u128::MAX - 1), (1, 0x0102_0304_0506 << 70)] {
            let key = IdKey::new(ClientId(client), TransactionId(id));
            assert_eq!(key.parts(), (TransactionId(id), ClientId(client)));
        }
    }

    #[test]
    fn an_id_twice_is_found_among_many() {
        let key = |n: u32| IdKey::new(ClientId(n % 3), TransactionId(u128::from(n / 3) << (n % 3 * 40)));
        // Zero shifted is zero: the clients tell those apart.
        let mut seen = SeenIds::new();
        (0..100_000).for_each(|n| seen.add(key(n)));
        assert_eq!(seen.duplicates().next(), None);
        let largest = seen.parts.iter().map(Vec::len).max().unwrap();
        assert!(largest < 1_000, "runs of ids spread: {largest} in one part");
        seen.add(key(77_777));
        assert_eq!(seen.duplicates().collect::<Vec<_>>(), [key(77_777)]);
    }
}
