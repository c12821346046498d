//! Answers that wait for a client to read them.

use std::collections::VecDeque;

use longmen_client::{Format, Header, write_frame};

use crate::service::InFlight;

/// Written bytes are cut off the front once there are this many and they are half of the buffer.
const CUT_BYTES: usize = 64 << 10;

/// One buffer for all answers, so that all that is ready leaves in one write, and what each still holds.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    buffer: Vec<u8>,
    /// Bytes of `buffer` that the socket has taken.
    written: usize,
    /// Bytes that were ever cut off the front of `buffer`.
    cut: u64,
    /// Where answers end, counted from the connection's first byte, and the bytes that are under way until then.
    costs: VecDeque<(u64, u64)>,
    /// Transactions that were answered and still count as under way.
    answered: u64,
    /// Bytes of answers without permits since the socket last took everything; no permits bound them.
    unpaid: usize,
}

impl Outbox {
    /// Adds an answer. Its transactions are under way no more; its bytes are until the last of them is written.
    pub(crate) fn push(
        &mut self,
        asked: Header,
        format: Format,
        cost: InFlight,
        body: impl FnOnce(&mut Vec<u8>),
    ) {
        let before = self.buffer.len();
        write_frame(&mut self.buffer, asked.answer(format), body);
        if cost == InFlight::default() {
            self.unpaid += self.buffer.len() - before;
        } else {
            self.answered += cost.transactions;
            self.costs.push_back((self.end(), cost.bytes));
        }
    }

    /// What the socket has not taken yet.
    pub(crate) fn unsent(&self) -> &[u8] {
        &self.buffer[self.written..]
    }

    /// How much the socket has not taken yet.
    pub(crate) fn len(&self) -> usize {
        self.buffer.len() - self.written
    }

    /// The most that the socket may not have taken yet of answers that hold no permits.
    pub(crate) fn unpaid(&self) -> usize {
        self.unpaid.min(self.len())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The permits of the transactions that were answered since.
    pub(crate) fn take_answered(&mut self) -> InFlight {
        InFlight { transactions: std::mem::take(&mut self.answered), bytes: 0 }
    }

    /// Notes that the socket took `count` bytes; the permits of the answers that are out now.
    pub(crate) fn advance(&mut self, count: usize) -> InFlight {
        self.written += count;
        let out = self.cut + to_u64(self.written);
        let mut bytes = 0;
        while let Some((_, cost)) = self.costs.pop_front_if(|(end, _)| *end <= out) {
            bytes += cost;
        }
        self.unpaid = self.unpaid();
        if self.is_empty() || (self.written >= CUT_BYTES && self.written * 2 >= self.buffer.len()) {
            self.buffer.drain(..self.written);
            self.cut = out;
            self.written = 0;
        }
        InFlight { transactions: 0, bytes }
    }

    /// Gives memory back that only a burst needed.
    pub(crate) fn shrink(&mut self) {
        if self.buffer.is_empty() {
            self.buffer = Vec::new();
        }
    }

    fn end(&self) -> u64 {
        self.cut + to_u64(self.buffer.len())
    }
}

fn to_u64(length: usize) -> u64 {
    u64::try_from(length).expect("usize has at most 64 bits here")
}

#[cfg(test)]
mod tests {
    use longmen_client::Operation;

    use super::*;

    #[test]
    fn permits_end_with_the_last_byte_of_their_answers() {
        let header = Header::request(Operation::Post, Format::Compact, 1);
        let cost = |bytes| InFlight { transactions: 1, bytes };
        let free = |bytes| InFlight { transactions: 0, bytes };
        let mut outbox = Outbox::default();
        for bytes in 1..=3 {
            outbox.push(header, Format::Compact, cost(bytes), |out| out.extend([7; 40_000]));
        }
        assert_eq!(outbox.take_answered(), InFlight { transactions: 3, bytes: 0 });
        assert_eq!(outbox.take_answered(), InFlight::default(), "once");
        let frame = 40_016;
        assert_eq!(outbox.len(), 3 * frame);
        assert_eq!(outbox.advance(frame - 1), InFlight::default());
        assert_eq!(outbox.advance(1), free(1));
        assert_eq!(outbox.advance(frame / 2 + 10_000), InFlight::default());
        outbox.push(header, Format::Compact, InFlight::default(), |_| ());
        assert_eq!(outbox.advance(outbox.len()), free(5));
        assert!(outbox.is_empty() && outbox.costs.is_empty());
    }

    #[test]
    fn answers_without_permits_are_counted_until_they_are_out() {
        let header = Header::request(Operation::Post, Format::Compact, 1);
        let mut outbox = Outbox::default();
        outbox.push(header, Format::Compact, InFlight { transactions: 1, bytes: 1 }, |_| ());
        assert_eq!(outbox.unpaid(), 0);
        let paid = outbox.len();
        outbox.push(header, Format::Compact, InFlight::default(), |out| out.extend([7; 100]));
        let refusal = outbox.len() - paid;
        assert_eq!(outbox.unpaid(), refusal);
        outbox.advance(paid + 10);
        assert_eq!(outbox.unpaid(), refusal - 10);
        outbox.advance(outbox.len());
        assert_eq!(outbox.unpaid(), 0);
    }
}
