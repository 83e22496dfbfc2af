//! The report as an HTML page that needs no other file: no script, no font, no image.

mod plots;
mod tables;

use std::fmt::Write as _;

use super::Report;
use crate::outcome::Outcome;

/// The page's style, light and dark.
const STYLE: &str = include_str!("page/style.css");

// Writing to a String can't fail.
impl Report {
    /// The report as an HTML page.
    pub fn to_html(&self) -> String {
        let target = escaped(&self.target);
        let mut page = format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <title>A swarm of {} at {target}</title>\n<style>\n{STYLE}</style>\n</head>\n\
             <body>\n<main>\n",
            self.settings.connections
        );
        self.heading(&mut page, &target);
        self.figures(&mut page);
        self.expectations_list(&mut page);
        self.plots(&mut page);
        self.tables(&mut page);
        page.push_str("</main>\n</body>\n</html>\n");
        page
    }

    fn heading(&self, page: &mut String, target: &str) {
        let settings = &self.settings;
        let hold = settings
            .hold_seconds
            .map_or("until stopped".to_owned(), |hold| format!("{hold} s"));
        let finish = match self.finish {
            "stopped" => " A signal stopped it; this is how far it came.",
            "nobody-left" => " It ended when no connection was left.",
            _ => "",
        };
        let ramp = self
            .ramp_seconds
            .map_or("not all opened".to_owned(), |seconds| {
                format!("all opened within {seconds:.1} s")
            });
        let _ = writeln!(
            page,
            "<h1>{} connections</h1>\n<p class=\"lead\">to <code>{target}</code>, {} ({ramp}, \
             hold {hold}), on {}. It took {:.1} s.{finish}</p>",
            grouped(settings.connections.into()),
            settings
                .mix
                .replace('=', "\u{2009}=\u{2009}")
                .replace(',', ", "),
            self.began,
            self.seconds
        );
    }

    /// The most important figures, in large type.
    fn figures(&self, page: &mut String) {
        let outcomes = &self.connections.outcomes;
        page.push_str("<div class=\"figures\">\n");
        let mut figure = |value: String, meaning: &str| {
            let _ = writeln!(page, "<div><b>{value}</b><span>{meaning}</span></div>");
        };
        figure(
            grouped(self.connections.established),
            "connections were established",
        );
        figure(
            grouped(outcomes.of(Outcome::Alive)),
            "were alive at the end",
        );
        figure(
            grouped(outcomes.of(Outcome::Closed)),
            "were closed by the server",
        );
        figure(
            grouped(outcomes.of(Outcome::Reset) + outcomes.of(Outcome::Refused)),
            "were reset or refused",
        );
        figure(grouped(self.requests.lost), "requests got no answer");
        if let Some(memory) = &self.server_memory
            && let Some(each) = memory.private_per_connection
        {
            figure(
                format!("{each:.0} B"),
                "of the server\u{2019}s memory for each connection",
            );
        }
        page.push_str("</div>\n");
    }

    fn expectations_list(&self, page: &mut String) {
        if self.expectations.is_empty() {
            return;
        }
        page.push_str("<h2>Expectations</h2>\n<ul class=\"checks\">\n");
        for check in &self.expectations {
            let (class, sign) = if check.met {
                ("met", "met")
            } else {
                ("unmet", "not met")
            };
            let _ = writeln!(
                page,
                "<li><b class=\"{class}\">{sign}</b> <code>{}</code>: {}</li>",
                escaped(&check.expected),
                check.found.as_deref().unwrap_or("not seen in this run")
            );
        }
        page.push_str("</ul>\n");
    }
}

/// Escapes the characters that are markup in HTML.
fn escaped(text: &str) -> String {
    text.chars().fold(String::new(), |mut escaped, character| {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            _ => escaped.push(character),
        }
        escaped
    })
}

/// Separates groups of three digits by a narrow space, which readers of every language understand.
fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let groups: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .filter_map(|group| std::str::from_utf8(group).ok())
        .collect();
    groups.join("\u{202f}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_escaped_and_digits_are_grouped_by_three() {
        assert_eq!(
            escaped("<a href=\"x\">&"),
            "&lt;a href=&quot;x&quot;&gt;&amp;"
        );
        let table = [
            (0, "0"),
            (999, "999"),
            (1000, "1 000"),
            (1_234_567, "1 234 567"),
        ];
        for (count, text) in table {
            assert_eq!(grouped(count).replace('\u{202f}', " "), text);
        }
    }
}
