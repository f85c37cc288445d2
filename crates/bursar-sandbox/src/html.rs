//! HTML helpers: escaping, filling a template, and the layout that the console's pages share.

/// Escapes text for HTML, including attribute values.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// Replaces each `{{name}}` in the template with its escaped value.
pub(crate) fn fill_template(template: &str, values: &[(&str, &str)]) -> String {
    values
        .iter()
        .fold(template.to_owned(), |text, (name, value)| {
            text.replace(&format!("{{{{{name}}}}}"), &escape(value))
        })
}

/// A console page; `body` is HTML.
pub(crate) fn console_page(title: &str, body: &str) -> String {
    branded_page("Sandbox console", title, body)
}

/// A page in the layout of the console and the hosting panel; `body` is HTML.
pub(crate) fn branded_page(brand: &str, title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title} · {brand}</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><link rel=\"stylesheet\" href=\"/assets/console.css\">\
         </head><body><header><a href=\"/\" class=\"brand\">{brand}</a><span class=\"mark\">play money</span>\
         </header><main>{body}</main><script src=\"/assets/console.js\"></script></body></html>",
        title = escape(title),
        brand = escape(brand),
    )
}

/// A card that shows a new API key's secret.
pub(crate) fn new_key_card(secret: &str) -> String {
    format!(
        "<section class=\"card\"><h2>Your new key</h2><p>Copy it now: it is not shown again.</p>\
         <p class=\"mono\" id=\"new-key\" data-testid=\"new-key\">{}</p></section>",
        escape(secret)
    )
}
