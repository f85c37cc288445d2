//! Only links in the exact forms are accepted, whatever is done to them.

use bursar_domain::error::Code;
use bursar_domain::link::{LIMIT, Link, LinkState, new_state, parse, return_url};
use proptest::prelude::*;

const STATE: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const OTHER: &str = "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210";

fn refused(text: &str) -> bool {
    parse(text).is_err_and(|error| {
        error.code == Code::LinkMalformed && !error.detail.to_string().contains(STATE)
    })
}

fn state(text: &str) -> LinkState {
    LinkState::parse(text).unwrap()
}

#[test]
fn accepts_exact_forms() {
    let top_up = |text: String| {
        assert_eq!(
            parse(&text).unwrap(),
            Link::TopUpReturn {
                state: state(STATE)
            },
            "{text}"
        );
    };
    let base = "org.bursar.desktop://top-up/return";
    top_up(format!("{base}?state={STATE}"));
    top_up(format!("{base}?state={STATE}&session=1&status=paid"));
    top_up(format!("{base}?session=%7B1%7D&state={STATE}"));
    top_up(format!("{base}?&&state={STATE}&="));
    top_up(format!(
        "{base}?estate={OTHER}&state={STATE}&states={OTHER}&broken=%zz"
    ));
    top_up(return_url(STATE));

    for (code, read) in [
        ("abc", "abc"),
        ("a%2Fb%2Bc", "a/b+c"),
        ("a.b-c_d~", "a.b-c_d~"),
    ] {
        let text = format!("org.bursar.desktop://sign-in?code={code}&state={STATE}&iss=x");
        let Ok(Link::SignIn {
            code,
            state: read_state,
        }) = parse(&text)
        else {
            panic!("{text}")
        };
        assert_eq!((&*code, read_state), (read, state(STATE)));
    }
    // Some providers append a fragment to a sign-in link, and so do pages that redirect.
    for fragment in ["#_=_", "#", "#_", "#state=x", "#a#b", "#/?code=b"] {
        let text = format!("org.bursar.desktop://sign-in?code=a&state={STATE}{fragment}");
        let Ok(Link::SignIn { code, .. }) = parse(&text) else {
            panic!("{text}")
        };
        assert_eq!(&*code, "a");
        let denied = format!("org.bursar.desktop://sign-in?error=x&state={STATE}{fragment}");
        assert!(
            matches!(parse(&denied), Ok(Link::SignInRefused { .. })),
            "{denied}"
        );
    }
    let denied = format!(
        "org.bursar.desktop://sign-in?error=access_denied&state={STATE}&error_description=No"
    );
    assert_eq!(
        parse(&denied).unwrap(),
        Link::SignInRefused {
            state: state(STATE)
        }
    );
}

#[test]
fn rejects_everything_else() {
    let good = format!("org.bursar.desktop://top-up/return?state={STATE}");
    let upper = STATE.to_uppercase();
    let long = format!("{good}&x={}", "y".repeat(LIMIT));
    let million = format!("{good}&x={}", "y".repeat(1024 * 1024));
    for text in [
        "",
        "org.bursar.desktop",
        "org.bursar.desktop:",
        "org.bursar.desktop://",
        "org.bursar.desktop://top-up/return",
        "org.bursar.desktop://top-up/return?",
        "org.bursar.desktop://top-up/return?state",
        "org.bursar.desktop://top-up/return?state=",
        "org.bursar.desktop://top-up/return?State=x",
        &format!("ORG.bursar.desktop://top-up/return?state={STATE}"),
        &format!("org.bursar.desktop:top-up/return?state={STATE}"),
        &format!("org.bursar.desktop:/top-up/return?state={STATE}"),
        &format!("org.bursar.desktop:///top-up/return?state={STATE}"),
        &format!("org.bursar.desktop.evil://top-up/return?state={STATE}"),
        &format!("https://top-up/return?state={STATE}"),
        &format!("javascript:org.bursar.desktop://top-up/return?state={STATE}"),
        &format!("org.bursar.desktop://Top-Up/return?state={STATE}"),
        &format!("org.bursar.desktop://top-up/Return?state={STATE}"),
        &format!("org.bursar.desktop://top-up/return/?state={STATE}"),
        &format!("org.bursar.desktop://top-up//return?state={STATE}"),
        &format!("org.bursar.desktop://top-up/./return?state={STATE}"),
        &format!("org.bursar.desktop://top-up/x/../return?state={STATE}"),
        &format!("org.bursar.desktop://top-up/%72eturn?state={STATE}"),
        &format!("org.bursar.desktop://top%2Dup/return?state={STATE}"),
        &format!("org.bursar.desktop://top-up/return;x?state={STATE}"),
        &format!("org.bursar.desktop://top-up:443/return?state={STATE}"),
        &format!("org.bursar.desktop://top-up:/return?state={STATE}"),
        &format!("org.bursar.desktop://user@top-up/return?state={STATE}"),
        &format!("org.bursar.desktop://user:pass@top-up/return?state={STATE}"),
        &format!("org.bursar.desktop://@top-up/return?state={STATE}"),
        &format!("org.bursar.desktop://top-up./return?state={STATE}"),
        &format!("org.bursar.desktop://top-up/return?state={STATE}#"),
        &format!("org.bursar.desktop://top-up/return?state={STATE}#x"),
        &format!("org.bursar.desktop://top-up/return#?state={STATE}"),
        &format!("org.bursar.desktop://top-up\\return?state={STATE}"),
        &format!("org.bursar.desktop://top-up/return??state={STATE}"),
        &format!("org.bursar.desktop://top-up/return?state={STATE}?state={STATE}"),
        &format!("org.bursar.desktop://top-up/return?state={STATE}&state={STATE}"),
        &format!("org.bursar.desktop://top-up/return?state={STATE}&state={OTHER}"),
        &format!("org.bursar.desktop://top-up/return?state={STATE}&state="),
        &format!("org.bursar.desktop://top-up/return?state={STATE}&state"),
        &format!("org.bursar.desktop://top-up/return?state={STATE}&%73tate={OTHER}"),
        &format!("org.bursar.desktop://top-up/return?%73tate={STATE}"),
        &format!("org.bursar.desktop://top-up/return?state={STATE}&STATE={OTHER}"),
        &format!("org.bursar.desktop://top-up/return?state={upper}"),
        &format!("org.bursar.desktop://top-up/return?state={STATE}0"),
        &format!("org.bursar.desktop://top-up/return?state={}", &STATE[1..]),
        &format!(
            "org.bursar.desktop://top-up/return?state=%30{}",
            &STATE[1..]
        ),
        &format!("org.bursar.desktop://top-up/return?state=g{}", &STATE[1..]),
        &format!("org.bursar.desktop://top-up/return?state= {STATE}"),
        &format!("org.bursar.desktop://top-up/return?state={STATE} "),
        &format!(" org.bursar.desktop://top-up/return?state={STATE}"),
        &format!("org.bursar.desktop://top-up/return?state={STATE}\n"),
        &format!("org.bursar.desktop://top-up/return?state={STATE}\0"),
        &format!("org.bursar.desktop://top-up/return?state={STATE}\r\nx"),
        &format!("org.bursar.desktop://top-up/return?state={STATE}&x=ü"),
        &format!("org.bursar.desktop://top-up/return?state={STATE}&x=\u{202e}"),
        &format!("org.bursar.desktop://tоp-up/return?state={STATE}"),
        &format!("org.bursar.desktop://top-up/return?state={STATE};state={OTHER}"),
        &format!("org.bursar.desktop://top-up/return?state[]={STATE}"),
        &format!("org.bursar.desktop://sign-in?state={STATE}"),
        &format!("org.bursar.desktop://sign-in/?code=a&state={STATE}"),
        &format!("org.bursar.desktop://sign-in/return?code=a&state={STATE}"),
        &format!("org.bursar.desktop://sign-in#?code=a&state={STATE}"),
        &format!("org.bursar.desktop://sign-in?code=a#&state={STATE}"),
        &format!("org.bursar.desktop://sign-in#code=a&state={STATE}"),
        &format!("org.bursar.desktop://sign-in/#?code=a&state={STATE}"),
        &format!("org.bursar.desktop://sign-in?code=a&state={STATE}# "),
        &format!("org.bursar.desktop://sign-in?code=a&state={STATE}#\u{e9}"),
        &format!("org.bursar.desktop://Sign-in?code=a&state={STATE}#_=_"),
        &format!("org.bursar.desktop://sign-in?code=&state={STATE}"),
        &format!("org.bursar.desktop://sign-in?code=a&code=b&state={STATE}"),
        &format!("org.bursar.desktop://sign-in?code=a&%63ode=b&state={STATE}"),
        &format!("org.bursar.desktop://sign-in?code=a&error=b&state={STATE}"),
        &format!("org.bursar.desktop://sign-in?code=%0d%0a&state={STATE}"),
        &format!("org.bursar.desktop://sign-in?code=%&state={STATE}"),
        &format!("org.bursar.desktop://sign-in?code=%ff&state={STATE}"),
        &format!("org.bursar.desktop://sign-in?code=a%20b&state={STATE}"),
        &format!(
            "org.bursar.desktop://sign-in?code={}&state={STATE}",
            "c".repeat(1_025)
        ),
        "org.bursar.desktop://sign-in?code=a",
        &long,
        &million,
    ] {
        assert!(refused(text), "{text:.200}");
    }
}

#[test]
fn state_has_256_random_bits_and_is_compared_whole() {
    let (one, two) = (new_state().unwrap(), new_state().unwrap());
    assert_ne!(one, two);
    let parsed = state(&one);
    assert!(parsed.matches(&one) && !parsed.matches(&two));
    assert!(
        !parsed.matches("") && !parsed.matches(&one[..63]) && !parsed.matches(&format!("{one}0"))
    );
    let link = parse(&return_url(&one)).unwrap();
    assert_eq!(link, Link::TopUpReturn { state: parsed });
    assert!(
        !format!("{link:?}").contains(&one),
        "printing a link shows no state"
    );
}

proptest! {
    #[test]
    fn rejects_random_text(text in any::<String>()) {
        prop_assert!(refused(&text));
    }

    #[test]
    fn changed_byte_is_rejected_or_changes_one_part(at in 0_usize..99, byte in any::<u8>()) {
        let good = return_url(STATE);
        let mut changed = good.clone().into_bytes();
        let at = at % changed.len();
        changed[at] = byte;
        let Ok(changed) = String::from_utf8(changed) else { return Ok(()) };
        let state_start = good.find("state=").unwrap() + 6;
        match parse(&changed) {
            Ok(Link::TopUpReturn { state }) => {
                prop_assert!(changed == good || at >= state_start);
                prop_assert_eq!(state.as_str(), &changed[state_start..]);
            }
            Ok(other) => prop_assert!(false, "{:?}", other),
            Err(error) => prop_assert_eq!(error.code, Code::LinkMalformed),
        }
    }

    #[test]
    fn accepted_link_carries_the_written_state(
        prefix in "(org\\.bursar\\.desktop|https|org)://(top-up/return|sign-in|top-up|x@sign-in)",
        query in "(state=[0-9a-f]{64}|state=[0-9a-f]{63}|code=[a-z%0-9]{1,5}|error=x|%73tate=1|x=y|&|;|#|\\?){0,6}",
    ) {
        let text = format!("{prefix}?{query}");
        let state = match parse(&text) {
            Ok(Link::TopUpReturn { state } | Link::SignIn { state, .. } | Link::SignInRefused { state }) => state,
            Err(_) => return Ok(()),
        };
        let query = query.split('#').next().unwrap();
        let parameters: Vec<_> = query.split('&').filter_map(|part| part.strip_prefix("state=")).collect();
        prop_assert_eq!(parameters, vec![state.as_str()]);
        prop_assert!(text.starts_with("org.bursar.desktop://"));
    }
}
