//! Read models made anew beside the live ones.

use std::sync::Arc;

use anyhow::{Context, bail};
use event_store::rebuild::Progress;

use super::desk::Desk;
use crate::capability::Service;

/// One read model, or all of the services.
pub(super) async fn run(desk: &Desk, services: &[&Service], read_model: Option<&str>) -> anyhow::Result<()> {
    let mut wanted = vec![];
    for service in services {
        let of_it = service.aggregates().filter(|aggregate| read_model.is_none_or(|name| aggregate.table == name));
        wanted.extend(of_it.map(|aggregate| (*service, aggregate)));
    }
    if wanted.is_empty() {
        let known: Vec<_> = services.iter().flat_map(|service| service.aggregates()).map(|known| known.table).collect();
        bail!("there is no read model {}; there are {}", read_model.unwrap_or_default(), known.join(", "));
    }
    for (service, aggregate) in wanted {
        let (name, table) = (service.name, aggregate.table);
        let store = desk.write(service).await?;
        // Under another shape runs another version, whose writes the new table would refuse.
        if (aggregate.fits)(store.clone()).await? == Some(false) {
            bail!(
                "{name}: {table} has the shape of another version; starting this version, or its `migrate`, builds it"
            );
        }
        let tell =
            move |at: Progress| eprintln!("{name:>10} {table}: {} of {} events, {} rows", at.events, at.total, at.rows);
        let built = (aggregate.rebuild)(store, Arc::new(tell)).await.with_context(|| format!("{name}: {table}"))?;
        println!("{name:>10} {table}: {} rows from {} events", built.rows, built.events);
    }
    Ok(())
}
