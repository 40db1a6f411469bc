use crate::ministry::{Ministry, upload};
use serde_json::json;
#[tokio::test]
async fn bulk() {
    for database in testkit::databases().await {
        let ministry = Ministry::open_on(database).await;
        let hr = ministry.hr();
        let mut text = String::from("hr_number,personal_number,first_name,last_name,org_unit,starts_on,left_on\n");
        for n in 0..3990 {
            text.push_str(&format!("{n},0101{n:07},ნინო,ბერიძე,IT-SUPPORT,2027-01-01,2028-01-01\n"));
        }
        let t = std::time::Instant::now();
        let previewed = upload(&hr, "/v1/change-sets", text.clone()).expect(201).await;
        eprintln!("preview {:?} {previewed}", t.elapsed());
        let t = std::time::Instant::now();
        let a = hr
            .post(&format!("/v1/change-sets/{}/apply", previewed["number"].as_str().unwrap()), json!({}))
            .send()
            .await;
        eprintln!("apply {:?} {}", t.elapsed(), a.text);
        let t = std::time::Instant::now();
        let previewed = upload(&hr, "/v1/change-sets", text.clone()).expect(201).await;
        eprintln!("again {:?} {previewed}", t.elapsed());
        let mut more = text.clone();
        for n in 5000..9001 {
            more.push_str(&format!("{n},0101{n:07},ნინო,ბერიძე,IT-SUPPORT,2027-01-01,\n"));
        }
        eprintln!("{}", upload(&hr, "/v1/change-sets", more).send().await.text);
        ministry.service.stop().await;
    }
}
