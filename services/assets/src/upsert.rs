//! Creating or changing a thing by a key of its own, as imports do.

use event_store::{Context, Entity, Expect, Failure, Record, Store};
use kernel::id::Id;
use web::Imported;

/// Who brings things in, and whether they are to be kept.
pub struct Upsert<'a> {
    pub store: &'a Store,
    pub context: &'a Context,
    pub dry_run: bool,
}

impl Upsert<'_> {
    /// Carries out `command` on what is known, or begins with it; says which it was.
    pub async fn apply<A: Record>(
        &self,
        known: Option<A::Id>,
        command: A::Command,
    ) -> Result<(Entity<A>, Imported), Failure> {
        let expect = if known.is_some() { Expect::Something } else { Expect::Nothing };
        let id = known.unwrap_or_else(A::Id::generate);
        let change = self.store.decide::<A>(id, expect, command.clone(), self.context).await?;
        let changes = !change.is_empty();
        let entity = if changes && !self.dry_run {
            self.store.execute(id, expect, command, self.context, None).await?
        } else {
            change.after
        };
        let number = entity.number.clone();
        let outcome = match (known.is_some(), changes) {
            (false, _) => Imported::Created { number },
            (true, true) => Imported::Changed { number },
            (true, false) => Imported::Unchanged { number },
        };
        Ok((entity, outcome))
    }
}
