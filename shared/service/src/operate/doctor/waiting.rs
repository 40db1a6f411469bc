//! What stands still: timers that do not fire, events that nobody could handle.

use chrono::TimeDelta;
use event_store::Store;

use super::findings::Findings;

/// A timer fires within seconds; later than this something is wrong.
const LATE: TimeDelta = TimeDelta::minutes(2);

pub(super) async fn timers(store: &Store, findings: &mut Findings) -> anyhow::Result<()> {
    let (standing, now) = (store.timers_standing().await?, store.clock().now());
    let late = standing.oldest_due_at.map(|due| now - due).filter(|late| *late > LATE);
    if let Some(late) = late {
        let text = format!("{} are due, the oldest for {} min", standing.due, late.num_minutes());
        let advice = "while the platform stands still that is so; when it runs, the log says why they are not fired (docs/runbooks/timers-overdue.md)";
        findings.warning("timers", text, advice);
    }
    if standing.stuck > 0 {
        let of_them = store.stuck_timers(3).await?;
        let of_them: Vec<_> = of_them
            .iter()
            .map(|due| format!("{} of {} {} ({} attempts)", due.name, due.kind, due.stream_id, due.attempts))
            .collect();
        let text = format!("{} failed again and again: {}", standing.stuck, of_them.join(", "));
        findings.warning("timers", text, "the log says why each one is postponed (docs/runbooks/timers-overdue.md)");
    }
    if late.is_none() && standing.stuck == 0 {
        findings.ok("timers", format!("{} wait, none is late", standing.waiting));
    }
    Ok(())
}

pub(super) async fn dead_letters(store: &Store, findings: &mut Findings) -> anyhow::Result<()> {
    let standing = messaging::dead_letters::standing(store).await?;
    if standing.is_empty() {
        findings.ok("dead letters", "none");
    }
    for one in standing {
        let text = format!("{}: {} events of {} keys are parked", one.subscription, one.events, one.keys);
        let advice = format!(
            "`dead-letters list --service {}`; mend the cause, then `dead-letters retry` (docs/runbooks/dead-letters.md)",
            store.service()
        );
        findings.warning("dead letters", text, advice);
    }
    Ok(())
}
