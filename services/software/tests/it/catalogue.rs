//! The systems of the ministry.

use serde_json::{Value, json};

use crate::ministry::{Ministry, at, each};

#[tokio::test]
async fn the_built_in_systems_are_entered_once() {
    for database in testkit::databases().await {
        let ministry = Ministry::open_on(database).await;
        let nino = ministry.nino();
        let dry = nino.post("/v1/systems/built-in?dry_run=true", json!({})).expect(200).await;
        assert_eq!(nino.get("/v1/systems?with_total=true").expect(200).await["total"], 0);
        let first = nino.post("/v1/systems/built-in", json!({})).expect(200).await;
        assert_eq!((&first["created"], &first["present"]), (&dry["created"], &json!(0)));
        let second = nino.post("/v1/systems/built-in", json!({})).expect(200).await;
        assert_eq!((&second["created"], &second["present"]), (&json!(0), &first["created"]));
        let found = nino.get("/v1/systems?q=docflow&fields=code,stage").expect(200).await;
        assert_eq!(found["items"], json!([{ "code": "docflow", "stage": "in_production" }]));
        let georgian = nino.get("/v1/systems?q=kodeksi&fields=code").expect(200).await;
        assert_eq!(georgian["items"], json!([{ "code": "codex" }]));
        ministry.service.stop().await;
    }
}

#[tokio::test]
async fn a_code_that_the_ministry_took_stays_with_its_system() {
    let ministry = Ministry::open().await;
    ministry.system("docflow", &[]).await;
    let outcome = ministry.nino().post("/v1/systems/built-in", json!({})).expect(200).await;
    assert_eq!(outcome["taken"], json!(["docflow"]));
    ministry.service.stop().await;
}

#[tokio::test]
async fn what_breaks_if_a_system_fails_is_told_however_far_and_circles_too() {
    let ministry = Ministry::open().await;
    let nino = ministry.nino();
    let storage = ministry.system("storage", &[]).await;
    let database = ministry.system("database", &[("runs_on", &storage)]).await;
    let docflow = ministry.system("docflow", &[("writes_to", &database)]).await;
    let up = nino.get(&at("systems", &storage, "/dependencies?direction=up")).expect(200).await;
    assert_eq!(each(&up["nodes"], "code"), ["storage", "database", "docflow"]);
    assert_eq!((&up["nodes"][2]["distance"], &up["cycles"], &up["cut"]), (&json!(2), &json!([]), &json!(false)));
    let near = nino.get(&at("systems", &docflow, "/dependencies?depth=1")).expect(200).await;
    assert_eq!((each(&near["nodes"], "code"), &near["cut"]), (vec!["docflow".into(), "database".into()], &json!(true)));
    let back = json!({ "system": docflow["number"], "kind": "reads_from" });
    nino.post(&at("systems", &storage, "/add-dependency"), back.clone()).expect(200).await;
    let down = nino.get(&at("systems", &docflow, "/dependencies?direction=down")).expect(200).await;
    assert_eq!((down["nodes"].as_array().unwrap().len(), down["cycles"][0].as_array().unwrap().len()), (3, 3));
    let cycles = nino.get("/v1/systems/dependency-cycles").expect(200).await;
    assert_eq!(cycles["items"].as_array().unwrap().len(), 1);
    nino.post(&at("systems", &storage, "/remove-dependency"), back).expect(200).await;
    assert_eq!(nino.get("/v1/systems/dependency-cycles").expect(200).await["items"], json!([]));
    nino.get(&at("systems", &storage, "/dependencies?direction=sideways")).refused(400, "bad-parameter").await;
    nino.get(&at("systems", &storage, "/dependencies?depth=0")).refused(400, "bad-parameter").await;
    ministry.service.stop().await;
}

#[tokio::test]
async fn a_system_goes_from_plan_to_retirement_once_nobody_needs_it() {
    let ministry = Ministry::open().await;
    let nino = ministry.nino();
    let plan = json!({ "code": "portal", "name": { "ka": "პორტალი", "en": "Portal" }, "owner_unit": "ORG-000061" });
    let portal = nino.post("/v1/systems", plan).expect(201).await;
    assert_eq!(portal["stage"], "planned");
    let step = |verb: &str, body: Value| nino.post(&at("systems", &portal, verb), body);
    step("/put-into-production", json!({})).refused(409, "system-wrong-stage").await;
    step("/start-development", json!({})).expect(200).await;
    step("/start-testing", json!({})).expect(200).await;
    assert_eq!(step("/put-into-production", json!({})).expect(200).await["stage"], "in_production");
    let user = ministry.system("user", &[("reached_through", &portal)]).await;
    let begun = step("/begin-retirement", json!({ "reason": "Replaced", "retire_by": "2199-01-01" })).expect(200).await;
    assert_eq!((&begun["stage"], &begun["retire_by"]), (&json!("being_retired"), &json!("2199-01-01")));
    step("/retire", json!({})).refused(409, "system-still-needed").await;
    let dependency = json!({ "system": portal["number"], "kind": "reached_through" });
    nino.post(&at("systems", &user, "/remove-dependency"), dependency).expect(200).await;
    assert_eq!(step("/retire", json!({})).expect(200).await["stage"], "retired");
    ministry.service.stop().await;
}

#[tokio::test]
async fn modules_stand_on_the_page_of_their_system() {
    let ministry = Ministry::open().await;
    let nino = ministry.nino();
    let whole = ministry.system("universal-healthcare", &[]).await;
    let module = ministry.system("uhc-cases", &[("runs_on", &whole)]).await;
    let join =
        |part: &Value, whole: &Value| nino.post(&at("systems", part, "/join"), json!({ "system": whole["number"] }));
    join(&module, &whole).expect(200).await;
    join(&whole, &module).refused(422, "system-part-of-itself").await;
    join(&whole, &whole).refused(422, "system-part-of-itself").await;
    let page = nino.get(&at("systems", &whole, "/page")).expect(200).await;
    assert_eq!(
        (each(&page["modules"], "code"), page["needed_by"][0]["kind"].as_str()),
        (vec!["uhc-cases".into()], Some("runs_on"))
    );
    let page = nino.get(&at("systems", &module, "/page")).expect(200).await;
    assert_eq!(
        (&page["part_of"]["code"], page["depends_on"].as_array().unwrap().len()),
        (&json!("universal-healthcare"), 1)
    );
    ministry.service.stop().await;
}

#[tokio::test]
async fn details_are_patched_and_owners_must_be_known() {
    let ministry = Ministry::open().await;
    let nino = ministry.nino();
    let docflow = ministry.system("docflow", &[]).await;
    let patch = |body: Value| nino.patch(&at("systems", &docflow, ""), body);
    let owner = uuid::Uuid::from_u128(0x41);
    let patched = patch(json!({ "technical_owner_id": owner, "data_classes": ["personal"] })).expect(200).await;
    assert_eq!((&patched["technical_owner_id"], &patched["version"]), (&json!(owner), &json!(2)));
    assert_eq!(patch(json!({ "data_classes": ["personal"] })).expect(200).await["version"], 2);
    let problem = patch(json!({ "owner_unit_id": uuid::Uuid::from_u128(9) })).expect(422).await;
    assert_eq!(problem["errors"][0]["pointer"], "/owner_unit_id");
    let faults = patch(json!({ "code": "Doc Flow", "colour": "red" })).refused(422, "invalid-input").await;
    assert_eq!(faults["errors"].as_array().unwrap().len(), 2);
    ministry.system("codex", &[]).await;
    patch(json!({ "code": "codex" })).refused(409, "system-code-taken").await;
    ministry.service.stop().await;
}
