//! KMS: it seals nothing, and opens only in the encryption context that something was sealed in.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::answer::{Done, Refusal, as_json, request};
use super::state::unknown;

type Context = BTreeMap<String, String>;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Encrypt {
    key_id: String,
    plaintext: String,
    #[serde(default)]
    encryption_context: Context,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Decrypt {
    key_id: String,
    ciphertext_blob: String,
    #[serde(default)]
    encryption_context: Context,
}

/// What a ciphertext is: all that it was made of. Of the length of KMS's own, more or less.
#[derive(Serialize, Deserialize)]
struct Sealed {
    key: String,
    context: Context,
    plaintext: String,
}

/// Does what a request asks for.
pub fn act(operation: &str, body: &[u8]) -> Result<Done, Refusal> {
    match operation {
        "Encrypt" => Ok(encrypt(request(body)?)),
        "Decrypt" => decrypt(request(body)?),
        other => Err(Refusal::invalid(&unknown(&format!("KMS's {other}")))),
    }
}

fn encrypt(Encrypt { key_id: key, plaintext, encryption_context: context }: Encrypt) -> Done {
    let arn = arn(&key);
    let sealed = STANDARD.encode(as_json(&Sealed { key, context, plaintext }));
    Done::with(&json!({ "CiphertextBlob": sealed, "EncryptionAlgorithm": "SYMMETRIC_DEFAULT", "KeyId": arn }))
}

fn decrypt(Decrypt { key_id, ciphertext_blob, encryption_context }: Decrypt) -> Result<Done, Refusal> {
    let sealed = STANDARD.decode(ciphertext_blob).ok();
    let sealed = sealed.and_then(|sealed| serde_json::from_slice::<Sealed>(&sealed).ok());
    let opens = |sealed: &Sealed| sealed.key == key_id && sealed.context == encryption_context;
    let Some(Sealed { key, plaintext, .. }) = sealed.filter(opens) else {
        return Err(Refusal::new("InvalidCiphertextException", "another key or encryption context"));
    };
    let answer = json!({ "EncryptionAlgorithm": "SYMMETRIC_DEFAULT", "KeyId": arn(&key), "Plaintext": plaintext });
    Ok(Done::with(&answer))
}

fn arn(key: &str) -> String {
    format!("arn:aws:kms:us-east-1:000000000000:key/{key}")
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn ask(operation: &str, mut request: Value, endpoint: &str) -> Result<Value, &'static str> {
        request["KeyId"] = json!("a key");
        request["EncryptionContext"] = json!({ "tenant": "acme", "endpoint": endpoint });
        let done = act(operation, request.to_string().as_bytes()).map_err(|refusal| refusal.exception)?;
        Ok(serde_json::from_slice(&done.body).unwrap())
    }

    #[test]
    fn what_was_sealed_opens_in_its_context_alone() {
        let sealed = ask("Encrypt", json!({ "Plaintext": "c2VjcmV0" }), "we_1").unwrap();
        let sealed = json!({ "CiphertextBlob": sealed["CiphertextBlob"] });
        assert_eq!(ask("Decrypt", sealed.clone(), "we_1").unwrap()["Plaintext"], "c2VjcmV0");
        assert_eq!(ask("Decrypt", sealed, "we_2"), Err("InvalidCiphertextException"));
    }
}
