//! The kinds of hostile receivers, and a good one, and how an attempt at each must end.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::receiver::{Act, Ends, Receiver, Then};

const OK: &str = "HTTP/1.1 200 OK\r\n";
const CHUNKED: &str = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
const ZEROS: &[u8] = &[b'0'; 64 * 1024];

fn says(name: &'static str, head: impl Into<Vec<u8>>, then: Then, ends: Ends) -> Receiver {
    Receiver { name, scheme: "http", act: Act::Says(head.into(), then), ends }
}

fn accepted(body: &'static str) -> Ends {
    Ends::Answered { status: 200, body }
}

/// An answer whose head is in order, and its body not.
fn body(name: &'static str, headers: &str, body: &str, then: Then, ends: Ends) -> Receiver {
    says(name, format!("{OK}{headers}\r\n\r\n{body}"), then, ends)
}

/// One that does what it should.
pub fn good() -> Receiver {
    body("good", "content-length: 2", "ok", Then::Closes, accepted("ok"))
}

/// All kinds.
pub fn hostile() -> Vec<Receiver> {
    [silent(), unending(), no_http(), lying()].into_iter().flatten().collect()
}

fn silent() -> Vec<Receiver> {
    let act = |name, scheme, act, ends| Receiver { name, scheme, act, ends };
    let hangs = || Act::Says(Vec::new(), Then::Hangs);
    vec![
        act("accepts no connection", "http", Act::AcceptsNone, Ends::TimedOut),
        act("is full", "http", Act::IsFull, Ends::TimedOut),
        act("closes at once", "http", Act::Closes, Ends::Unreachable("")),
        act("says nothing", "http", hangs(), Ends::TimedOut),
        act("begins no TLS handshake", "https", hangs(), Ends::TimedOut),
        // A handshake message of 16 KB, of which the beginning comes.
        act(
            "ends no TLS handshake",
            "https",
            Act::Says(vec![0x16, 3, 3, 0x40, 0, 2, 0, 0x3f, 0xfc], Then::Drips(b"\0")),
            Ends::TimedOut,
        ),
        act(
            "answers TLS with HTTP",
            "https",
            Act::Says(OK.into(), Then::Closes),
            Ends::Unreachable("InvalidContentType"),
        ),
        act("closes within the TLS handshake", "https", Act::Closes, Ends::Unreachable("")),
        says("closes after the request", "", Then::Closes, Ends::Unreachable("closed before message completed")),
        says("closes within the head", OK, Then::Closes, Ends::Unreachable("closed before message completed")),
        says("closes after the head", format!("{OK}content-length: 100\r\n\r\n"), Then::Closes, accepted("")),
        says("hangs within the head", OK, Then::Hangs, Ends::TimedOut),
        says("hangs after the head", format!("{OK}content-length: 100\r\n\r\n"), Then::Hangs, accepted("")),
    ]
}

fn unending() -> Vec<Receiver> {
    let too_large = || Ends::Unreachable("message head is too large");
    vec![
        says("endless body", format!("{OK}\r\n"), Then::Repeats(ZEROS), accepted("0")),
        says("endless body of one chunk", format!("{CHUNKED}FFFFFFFFFFFFFFF\r\n"), Then::Repeats(ZEROS), accepted("0")),
        says("endless chunks", CHUNKED, Then::Repeats(b"1\r\n0\r\n"), accepted("0")),
        says("endless size of a chunk", CHUNKED, Then::Repeats(b"0"), accepted("")),
        says("endless extension of a chunk", format!("{CHUNKED}1;"), Then::Repeats(ZEROS), accepted("")),
        says("endless trailers", format!("{CHUNKED}0\r\n"), Then::Repeats(b"a: b\r\n"), accepted("")),
        says("endless headers", OK, Then::Repeats(b"a: b\r\n"), too_large()),
        says(
            "endless large headers",
            OK,
            Then::Repeats(b"a-header-of-eighty-characters: 00000000000000000000000000000000000000000000000000\r\n"),
            too_large(),
        ),
        says("endless header", format!("{OK}a: "), Then::Repeats(ZEROS), too_large()),
        says("endless reason", "HTTP/1.1 200 ", Then::Repeats(ZEROS), too_large()),
        says("endless 1xx", "", Then::Repeats(b"HTTP/1.1 100 Continue\r\n\r\n"), Ends::TimedOut),
        says("endless hints", "", Then::Repeats(b"HTTP/1.1 103 x\r\nlink: </x>\r\n\r\n"), Ends::TimedOut),
        says("endless empty lines", "", Then::Repeats(b"\r\n"), too_large()),
        says("a head byte by byte", "", Then::Drips(b"HTTP/1.1 200 OK\r\nx: 0"), Ends::TimedOut),
        says("a body byte by byte", format!("{OK}\r\nbegun"), Then::Drips(b"x"), accepted("begun")),
        says("a compressed bomb", bomb(), Then::Closes, accepted("\u{1f}\u{fffd}\u{8}")),
    ]
}

fn no_http() -> Vec<Receiver> {
    let nonsense = |name, answer: &'static [u8], why| says(name, answer, Then::Hangs, Ends::Unreachable(why));
    let (version, status) = ("invalid HTTP version", "invalid HTTP status-code");
    vec![
        nonsense("SSH", b"SSH-2.0-OpenSSH_9.6\r\n", version),
        nonsense("SMTP", b"220 smtp.example.com ready\r\n", version),
        nonsense("HTTP/0.9", b"<html></html>\r\n\r\n", version),
        nonsense("HTTP/2", b"\0\0\0\x04\0\0\0\0\0", version),
        nonsense("HTTP/3.0", b"HTTP/3.0 200 OK\r\n\r\n", version),
        nonsense("a request", b"GET / HTTP/1.1\r\n\r\n", version),
        nonsense("zeros", &[0; 100], version),
        nonsense("no status", b"HTTP/1.1 OK\r\n\r\n", status),
        nonsense("status of letters", b"HTTP/1.1 2OO OK\r\n\r\n", status),
        nonsense("status 000", b"HTTP/1.1 000 x\r\n\r\n", status),
        nonsense("status 099", b"HTTP/1.1 099 x\r\n\r\n", status),
        nonsense("status of four digits", b"HTTP/1.1 2000 x\r\n\r\n", status),
        nonsense("negative status", b"HTTP/1.1 -20 x\r\n\r\n", status),
        nonsense("header without a name", b"HTTP/1.1 200 OK\r\n: x\r\n\r\n", "invalid HTTP header"),
        nonsense("header without a colon", b"HTTP/1.1 200 OK\r\nnonsense\r\n\r\n", "invalid HTTP header"),
        nonsense("header with a NUL", b"HTTP/1.1 200 OK\r\na: \0\r\n\r\n", "invalid HTTP header"),
        nonsense("folded header", b"HTTP/1.1 200 OK\r\na: b\r\n c\r\n\r\n", "invalid HTTP header"),
        says(
            "status 999",
            "HTTP/1.1 999 x\r\ncontent-length: 0\r\n\r\n",
            Then::Closes,
            Ends::Answered { status: 999, body: "" },
        ),
        says(
            "another protocol from here on",
            "HTTP/1.1 101 x\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
            Then::Repeats(b"x"),
            Ends::Answered { status: 101, body: "" },
        ),
    ]
}

fn lying() -> Vec<Receiver> {
    let bad_length = || Ends::Unreachable("invalid content-length");
    let chunks = |name, chunks| body(name, "transfer-encoding: chunked", chunks, Then::Hangs, accepted(""));
    vec![
        body("more than it said", "content-length: 2", "ok and", Then::Repeats(b" more"), accepted("ok")),
        body("less than it said", "content-length: 5", "ok", Then::Closes, accepted("ok")),
        body("all the memory there is", "content-length: 9223372036854775807", "ok", Then::Hangs, accepted("ok")),
        body("two lengths", "content-length: 2\r\ncontent-length: 3", "ok", Then::Hangs, bad_length()),
        body("a negative length", "content-length: -1", "ok", Then::Hangs, bad_length()),
        body("an overflowing length", "content-length: 18446744073709551616", "ok", Then::Hangs, bad_length()),
        body(
            "a length and chunks",
            "content-length: 2\r\ntransfer-encoding: chunked",
            "3\r\nyes\r\n0\r\n\r\n",
            Then::Closes,
            accepted("yes"),
        ),
        chunks("chunks that are none", "nonsense\r\n"),
        chunks("a chunk that is too large", "FFFFFFFFFFFFFFFFF\r\n"),
        chunks("a negative chunk", "-1\r\nok\r\n"),
        says(
            "a body where none may be",
            "HTTP/1.1 204 x\r\n\r\n",
            Then::Repeats(b"more"),
            Ends::Answered { status: 204, body: "" },
        ),
    ]
}

/// Ten megabytes, in ten kilobytes.
fn bomb() -> Vec<u8> {
    let mut packing = GzEncoder::new(Vec::new(), Compression::best());
    for _ in 0..160 {
        packing.write_all(ZEROS).unwrap();
    }
    let packed = packing.finish().unwrap();
    let head = format!("{OK}content-encoding: gzip\r\ncontent-length: {}\r\n\r\n", packed.len());
    [head.into_bytes(), packed].concat()
}
