//! Prints the API's description: `make openapi` keeps it as openapi.json.

fn main() {
    println!("{:#}", rail::api::openapi::document());
}
