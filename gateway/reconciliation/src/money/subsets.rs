//! Which of some amounts have a given sum.

/// More amounts than these are not tried: what is found among so many is found by chance.
const MOST_AMOUNTS: usize = 24;
/// So many answers are kept: one is an answer, two are a question already.
const MOST_ANSWERS: usize = 8;
/// So many steps are taken for one sum.
const MOST_STEPS: u32 = 1 << 18;

/// What a search came to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Answers {
    /// Places of the amounts that make the sum, in order.
    pub(super) found: Vec<Vec<usize>>,
    /// Whether the search came to its end.
    pub(super) is_whole: bool,
}

/// Finds two or more of `amounts` that make `sum`.
pub(super) fn subsets(amounts: &[i128], sum: i128) -> Answers {
    if amounts.len() > MOST_AMOUNTS {
        return Answers::default();
    }
    // What those from a place on can add at most, and take away at most.
    let mut reach = vec![(0, 0); amounts.len() + 1];
    for (place, amount) in amounts.iter().enumerate().rev() {
        let (most, least) = reach[place + 1];
        reach[place] = (most + amount.max(&0), least + amount.min(&0));
    }
    let mut search = Search { amounts, reach: &reach, chosen: Vec::new(), steps: 0, found: Vec::new() };
    search.from(0, sum);
    let is_whole = search.steps < MOST_STEPS && search.found.len() < MOST_ANSWERS;
    Answers { found: search.found, is_whole }
}

struct Search<'a> {
    amounts: &'a [i128],
    reach: &'a [(i128, i128)],
    chosen: Vec<usize>,
    steps: u32,
    found: Vec<Vec<usize>>,
}

impl Search<'_> {
    /// Chooses among the amounts from a place on, of which `rest` is to be made.
    fn from(&mut self, place: usize, rest: i128) {
        let (most, least) = self.reach[place];
        if self.steps == MOST_STEPS || self.found.len() == MOST_ANSWERS || rest > most || rest < least {
            return;
        }
        self.steps += 1;
        let Some(amount) = self.amounts.get(place) else {
            // Only zero is left to be made here.
            if self.chosen.len() > 1 {
                self.found.push(self.chosen.clone());
            }
            return;
        };
        self.chosen.push(place);
        self.from(place + 1, rest - amount);
        self.chosen.pop();
        self.from(place + 1, rest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_make_a_sum_are_found() {
        for (amounts, sum, found) in [
            (&[1, 2, 3][..], 6, &[&[0, 1, 2][..]][..]),
            (&[1, 2, 3], 3, &[&[0, 1]]),
            (&[1, 2, 3], 7, &[]),
            (&[3], 3, &[]),
            (&[], 0, &[]),
            (&[5, -5, 5], 5, &[&[0, 1, 2]]),
            (&[5, -2, 7], 3, &[&[0, 1]]),
            (&[-5, -2, 7], -7, &[&[0, 1]]),
            (&[2, 2, 2], 4, &[&[0, 1], &[0, 2], &[1, 2]]),
        ] {
            let answers = subsets(amounts, sum);
            assert!(answers.is_whole);
            assert_eq!(answers.found, found, "{amounts:?} {sum}");
        }
    }

    #[test]
    fn work_has_a_bound() {
        assert_eq!(subsets(&[1; MOST_AMOUNTS + 1], 2), Answers::default());
        let many = subsets(&[1; MOST_AMOUNTS], 12);
        assert_eq!((many.found.len(), many.is_whole), (MOST_ANSWERS, false));
        // Odd, and all amounts are even: nothing is found, and the search would have no end.
        let even: Vec<i128> = (1..=24).map(|number| 1_000 + 2 * number).collect();
        let none = subsets(&even, 12_345);
        assert_eq!((none.found.len(), none.is_whole), (0, false));
    }
}
