mod access;
mod house;
mod service_accounts;
mod sign_in;
