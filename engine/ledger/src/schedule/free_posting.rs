//! In whose books principals may post whatever they like, worked out once for each, so that a payment of a principal with roles
//! asks no more than of which entity its accounts are.

use std::sync::Arc;

use crate::access::acting::Acting;
use crate::access::operation::Operation;
use crate::ids::EntityId;
use crate::state::books::Books;

/// How many principals are remembered beside the last. Whoever comes then has to be worked out, and the others again.
const MOST: usize = 16;
/// Of so many entities it is known, each a bit; payments in further ones are judged one by one.
const ENTITIES: usize = 64;

/// In whose books those who posted lately may post any amount of any currency, without a second principal.
#[derive(Clone, Debug, Default)]
pub(crate) struct FreePosting {
    /// Who was asked about last.
    last: Option<Known>,
    /// Those before.
    others: Vec<Known>,
}

/// What is known of somebody who acts.
#[derive(Clone, Debug)]
struct Known {
    acting: Arc<Acting>,
    /// The entities in whose books it is so, by id.
    entities: u64,
    /// How many entities there were.
    seen: usize,
}

impl FreePosting {
    /// Whether it is so in the books of this entity.
    #[inline]
    pub(crate) fn covers(&mut self, acting: &Arc<Acting>, entity: EntityId, books: &Books) -> bool {
        match &self.last {
            Some(known) if Arc::ptr_eq(&known.acting, acting) && known.covers(entity) => true,
            _ => self.look_up(acting, books).covers(entity),
        }
    }

    #[cold]
    #[inline(never)]
    fn look_up(&mut self, acting: &Arc<Acting>, books: &Books) -> &Known {
        let is_it = |known: &Known| Arc::ptr_eq(&known.acting, acting);
        let is_new = |known: &Known| known.seen == books.catalog.entities().len();
        let last = self.last.take();
        self.others.extend(last);
        let found = self.others.iter().position(is_it).map(|at| self.others.swap_remove(at));
        if self.others.len() > MOST {
            self.others.clear();
        }
        let known = found.filter(is_new).unwrap_or_else(|| Known::of(acting, books));
        self.last.insert(known)
    }
}

impl Known {
    fn of(acting: &Arc<Acting>, books: &Books) -> Known {
        let Acting { permissions, .. } = &**acting;
        let may = acting.approval().is_none();
        let entities = books.catalog.entities();
        let is_free = |code: &str| may && permissions.may_freely_in(Operation::Post, code);
        let bits = entities.iter().take(ENTITIES).enumerate();
        let bits = bits.fold(0, |bits, (id, entity)| bits | u64::from(is_free(&entity.code)) << id);
        Known { acting: Arc::clone(acting), entities: bits, seen: entities.len() }
    }

    #[inline]
    fn covers(&self, entity: EntityId) -> bool {
        usize::from(entity.0) < ENTITIES && self.entities >> (entity.0 % 64) & 1 != 0
    }
}
