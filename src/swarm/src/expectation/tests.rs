use super::*;

#[test]
fn every_figure_can_be_expected() {
    let seconds = Duration::from_secs;
    let table = [
        (
            "survive@9s>=99.9%",
            Figure::Survival(None, seconds(9)),
            0.999,
        ),
        (
            " survive.slow-reader@1m 30s > 50 % ",
            Figure::Survival(Some(Behaviour::SlowReader), seconds(90)),
            0.5,
        ),
        ("probe-p99<=50ms", Figure::Latency(Timed::Probe, 99.0), 0.05),
        (
            "connect-p99.9<1s",
            Figure::Latency(Timed::Connect, 99.9),
            1.0,
        ),
        ("refused==0", Figure::Outcome(Outcome::Refused), 0.0),
        ("lost<3", Figure::Lost, 3.0),
        ("late-lost==0", Figure::LateLost, 0.0),
        ("closed-early==0", Figure::ClosedEarly, 0.0),
        (
            "bytes-per-connection<=100",
            Figure::BytesPerConnection,
            100.0,
        ),
    ];
    for (text, figure, value) in table {
        let expectation = Expectation::parse(text).unwrap();
        assert_eq!(expectation.figure, figure, "{text}");
        assert!((expectation.value - value).abs() < 1e-12, "{text}");
    }
}

#[test]
fn what_is_no_expectation_is_refused_with_a_reason() {
    let table = [
        ("survive@9s", "no comparison"),
        ("survive>=1%", "no figure is called 'survive'"),
        (
            "survive.lazy@9s>=1%",
            "no figure is called 'survive.lazy@9s'",
        ),
        ("survive@9>=1%", "'9' is no age"),
        ("survive@9s>=0.99", "'0.99' is no share"),
        ("survive@9s>=101%", "'101%' is no share"),
        ("probe-p101<1s", "no figure is called 'probe-p101'"),
        ("probe-p99<50", "'50' is no time"),
        ("refused==none", "'none' is no number"),
        ("refused==-1", "'-1' is no number"),
        ("refused==NaN", "'NaN' is no number"),
    ];
    for (text, message) in table {
        let found = Expectation::parse(text).unwrap_err();
        assert!(found.starts_with(message), "{text}: {found}");
    }
}

#[test]
fn an_expectation_is_met_by_what_its_comparison_allows() {
    let table = [
        ("lost<2", [true, false, false]),
        ("lost<=2", [true, true, false]),
        ("lost==2", [false, true, false]),
        ("lost>=2", [false, true, true]),
        ("lost>2", [false, false, true]),
    ];
    for (text, met) in table {
        let expectation = Expectation::parse(text).unwrap();
        let found = [1.0, 2.0, 3.0].map(|found| expectation.is_met_by(Some(found)));
        assert_eq!(found, met, "{text}");
        assert!(!expectation.is_met_by(None), "{text}");
    }
    let survival = Expectation::parse("survive@9s>=99.9%").unwrap();
    assert!(survival.is_met_by(Some(0.999)));
    assert!(!survival.is_met_by(Some(0.998_999)));
}

#[test]
fn a_share_is_shown_rounded_down() {
    let survival = Figure::Survival(None, Duration::ZERO);
    assert_eq!(survival.show(0.999_999), "99.999 %");
    assert_eq!(survival.show(1.0), "100.000 %");
    assert_eq!(Figure::Latency(Timed::Probe, 1.0).show(0.05), "50.000 ms");
    assert_eq!(Figure::Lost.show(12.0), "12");
}
