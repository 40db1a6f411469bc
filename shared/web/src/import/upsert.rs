//! Creating or changing a thing by a key of its own, as imports do.

use event_store::{Context, Entity, Expect, Failure, Record, RowChange, Store};
use kernel::Fault;
use kernel::id::Id;

use super::Imported;
use crate::caller::Visible;

/// Who brings things in, and whether they are to be kept.
pub struct Upsert<'a> {
    pub store: &'a Store,
    pub context: &'a Context,
    /// Nobody brings in, or changes, what they may not see.
    pub visible: &'a Visible,
    pub dry_run: bool,
}

impl Upsert<'_> {
    /// Carries out `command` on what is known, or begins with it; says which it was.
    pub async fn apply<A: Record>(
        &self,
        known: Option<A::Id>,
        command: A::Command,
    ) -> Result<(Entity<A>, Imported), Failure> {
        match known {
            Some(id) => self.carry_out(id, Expect::Something, command).await,
            None => self.begin(A::Id::generate(), command).await,
        }
    }

    /// Begins a thing whose id is drawn already.
    pub async fn begin<A: Record>(&self, id: A::Id, command: A::Command) -> Result<(Entity<A>, Imported), Failure> {
        self.carry_out(id, Expect::Nothing, command).await
    }

    async fn carry_out<A: Record>(
        &self,
        id: A::Id,
        expect: Expect,
        command: A::Command,
    ) -> Result<(Entity<A>, Imported), Failure> {
        let change = self.store.decide::<A>(id, expect, command.clone(), self.context).await?;
        let is_known = change.before.exists();
        let unseen = (is_known && !self.shows(&change.before)) || !self.shows(&change.after);
        if unseen {
            return Err(Fault::forbidden().into());
        }
        let changes = !change.is_empty();
        let entity = if changes && !self.dry_run {
            self.store.execute(id, expect, command, self.context, None).await?
        } else {
            change.after
        };
        let number = entity.number.clone();
        let outcome = match (is_known, changes) {
            (false, _) => Imported::Created { number },
            (true, true) => Imported::Changed { number },
            (true, false) => Imported::Unchanged { number },
        };
        Ok((entity, outcome))
    }

    fn shows<A: Record>(&self, entity: &Entity<A>) -> bool {
        self.visible.shows(&RowChange::put(<A::Row>::from(entity)))
    }
}
