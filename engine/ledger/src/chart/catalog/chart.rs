//! The chart of subjects (科目表), and what it takes.

use crate::chart::catalog::Catalog;
use crate::chart::subject::{Subject, SubjectOpening};
use crate::ids::{EntityId, SubjectId};
use crate::rejection::Rejection;

impl Catalog {
    /// The subjects of an entity, by code.
    pub fn chart(&self, entity: EntityId) -> impl Iterator<Item = &Subject> {
        let own = self.chart.range((entity, Box::default())..).take_while(move |((of, _), _)| *of == entity);
        own.map(|(_, id)| self.subject(*id))
    }

    /// The subject of that code in an entity's chart.
    #[must_use]
    pub fn subject_by_code(&self, entity: EntityId, code: &str) -> Option<&Subject> {
        let id = self.chart.get(&(entity, Box::from(code)))?;
        self.subjects.get(id.0 as usize)
    }

    /// The subject with that id.
    #[must_use]
    pub fn subject(&self, id: SubjectId) -> &Subject {
        &self.subjects[id.0 as usize]
    }

    /// All subjects, by id.
    #[must_use]
    pub fn subjects(&self) -> &[Subject] {
        &self.subjects
    }

    /// Judges a subject that is to be opened: the one that is there already with the same attributes, or `None`: it is new,
    /// and the chart may take it.
    ///
    /// # Errors
    /// The rejection, in the order of precedence.
    pub fn judge_subject(
        &self,
        entity: EntityId,
        opening: &SubjectOpening,
    ) -> Result<Option<SubjectId>, Rejection> {
        match self.subject_by_code(entity, &opening.code) {
            Some(there) if there.opening == *opening => Ok(Some(there.id)),
            _ if !opening.is_well_formed() => Err(Rejection::Malformed),
            Some(_) => Err(Rejection::KeyConflict),
            None if self.contradicts_chart(entity, opening) => Err(Rejection::ChartConflict),
            None => Ok(None),
        }
    }

    /// Whether a new subject would stand below a leaf, be a leaf above others, or be of another class than its first level.
    fn contradicts_chart(&self, entity: EntityId, opening: &SubjectOpening) -> bool {
        let is_leaf = |code| self.subject_by_code(entity, code).is_some_and(|above| above.opening.leaf);
        let below_leaf = opening.levels_above().any(is_leaf);
        let leaf_above = opening.leaf && self.first_from(entity, &opening.code).is_some();
        let of_level = self.first_from(entity, opening.first_level());
        below_leaf || leaf_above || of_level.is_some_and(|first| first.opening.class != opening.class)
    }

    /// The first subject of an entity whose code begins like this.
    fn first_from(&self, entity: EntityId, code: &str) -> Option<&Subject> {
        let (_, id) = self.chart.range((entity, Box::from(code))..).next()?;
        let found = self.subject(*id);
        (found.entity == entity && found.opening.code.starts_with(code)).then_some(found)
    }

    /// Whether accounts may be opened under a subject: a leaf, and none that others stand below.
    #[must_use]
    pub fn takes_accounts(&self, subject: &Subject) -> bool {
        subject.opening.leaf && !self.leaves_above.contains(&subject.id)
    }

    /// Adds a subject to an entity's chart.
    pub fn add_subject(&mut self, entity: EntityId, opening: SubjectOpening) -> SubjectId {
        let id = SubjectId(u32::try_from(self.subjects.len()).expect("subjects are counted in a u32"));
        let above = opening.levels_above().filter_map(|code| self.subject_by_code(entity, code));
        let leaves: Vec<_> = above.filter(|above| above.opening.leaf).map(|above| above.id).collect();
        let itself = (opening.leaf && self.first_from(entity, &opening.code).is_some()).then_some(id);
        self.leaves_above.extend(leaves.into_iter().chain(itself));
        self.chart.insert((entity, opening.code.clone()), id);
        self.subjects.push(Subject { id, entity, opening });
        id
    }
}
