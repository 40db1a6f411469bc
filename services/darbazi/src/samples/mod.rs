//! Sample data: a ministry with three hundred people, a thousand devices, its systems, contracts and tickets.
//!
//! The files stand in `samples/` at the root of the repository and are a part of the program, so that it needs none of
//! them where it runs. Everything goes in through the gateway, as other systems would bring it. What is there already,
//! by the name that people call it by, stays as it is: loading twice changes nothing.
//!
//! `client` talks to the gateway, `file` reads the files, `loader` brings things in; the rest are the things.

mod acceptance;
mod agreements;
mod client;
mod equipment;
mod file;
mod import;
mod loader;
mod names;
mod people;
mod refused;
mod systems;
#[cfg(test)]
mod tests;
mod tickets;

use anyhow::Context;
use service::Settings;

use client::Client;
use loader::Loader;

/// Loads everything into the platform behind the gateway at `url`.
pub async fn load(url: &str, settings: &Settings) -> anyhow::Result<()> {
    let unknown = "the administrator's password is not known here: set DARBAZI_ADMIN_PASSWORD";
    let password = settings.admin_password.as_ref().context(unknown)?;
    let client = Client::sign_in(url, "admin", password.reveal()).await?;
    let mut loader = Loader::new(client);
    people::load(&mut loader).await?;
    agreements::load(&mut loader).await?;
    equipment::load(&mut loader).await?;
    systems::load(&mut loader).await?;
    tickets::load(&mut loader).await?;
    println!("the samples are loaded");
    Ok(())
}
