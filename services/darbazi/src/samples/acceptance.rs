//! Acts are accepted by those who receive. For their units and for places the heads of the units do it here; each who
//! receives for himself alone has yet to do it, as in a ministry.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::client::Client;
use super::file::text;
use super::loader::{Loader, told};

const USERS: &str = "identity/v1/users";

/// Accepts the acts at `path` that heads of units signed and that wait for them.
pub async fn load(loader: &mut Loader, path: &str) -> Result<()> {
    let acts = loader.client.all(path).await?;
    let waiting = waiting(&acts);
    let users = loader.client.all(USERS).await?;
    let known: BTreeSet<&str> = users.iter().filter_map(|user| user["employee_id"].as_str()).collect();
    let mut new = 0;
    for (signatory, acts) in waiting.iter().filter(|(signatory, _)| !known.contains(signatory.as_str())) {
        let mut head = signed_in(&mut loader.client, signatory).await.context("the account of a head of a unit")?;
        for act in acts {
            head.post(&format!("{path}/{act}/accept"), &Value::Null).await?;
            new += 1;
        }
    }
    let accepted = acts.iter().filter(|act| act["status"] == "accepted").count();
    told("accepted acts", accepted + new, new);
    Ok(())
}

/// Pending acts of those who received for a unit or a place, by the id of who must accept.
fn waiting(acts: &[Value]) -> BTreeMap<String, Vec<String>> {
    let for_others = |act: &&Value| matches!(act["receiver"]["kind"].as_str(), Some("org_unit" | "location"));
    let heads: BTreeSet<String> = acts.iter().filter(for_others).filter_map(|act| text(act, "/signatory_id")).collect();
    let mut waiting: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for act in acts.iter().filter(|act| act["status"] == "pending") {
        let signatory = text(act, "/signatory_id").filter(|signatory| heads.contains(signatory));
        if let Some((signatory, number)) = signatory.zip(text(act, "/number")) {
            waiting.entry(signatory).or_default().push(number);
        }
    }
    waiting
}

/// An account for the employee. Nobody is to know its password: whoever wants in is given a new one.
async fn signed_in(administrator: &mut Client, employee: &str) -> Result<Client> {
    let user = administrator.post(USERS, &json!({ "employee": employee })).await?;
    let username = text(&user, "/username").context("the user has no name")?;
    let once = text(&user, "/one_time_password").context("the user has no password")?;
    let password = format!("{}-{}", kernel::id::random(), kernel::id::random());
    administrator.first_sign_in(&username, &once, &password).await
}
