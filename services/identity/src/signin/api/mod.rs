//! Operations of signing in.

mod discovery;
mod oauth;
mod password;
mod service_accounts;
mod sessions;
mod users;

use service::web::{Collection, Routes};

use super::{ServiceAccount, User};

pub fn routes(routes: &mut Routes<'_>) {
    routes
        .service(sessions::sign_in)
        .service(sessions::refresh)
        .service(sessions::list_own_sessions)
        .service(sessions::end_session)
        .service(password::change_own_password)
        .service(oauth::issue_token)
        .service(users::create_user)
        .service(users::reset_password)
        .service(users::sign_out)
        .service(users::disable_user)
        .service(users::enable_user)
        .service(service_accounts::create_service_account)
        .service(service_accounts::rotate_secret)
        .service(service_accounts::disable_service_account)
        .service(discovery::rotate_signing_key)
        .service(Collection::<User>::at("/users"))
        .service(Collection::<ServiceAccount>::at("/service-accounts"));
}

pub fn root_routes(routes: &mut Routes<'_>) {
    routes.service(discovery::jwks).service(discovery::authorization_server).service(discovery::openid_configuration);
}
