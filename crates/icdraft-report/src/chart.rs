//! Curves as SVG, to be set into the page. Colours are those of a light page; `style.css` gives them others on a dark one,
//! and must know each of them.

use std::ops::Range;

use icdraft_eval::{AutomationPoint, PrecisionRecall, Reliability};
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;

use crate::PageError;

/// What a curve is drawn as; the legends of the page draw the same.
#[derive(Clone, Copy)]
enum Line {
    /// Diagnoses; notes closed.
    Solid,
    /// Procedures; errors among them.
    Dashed,
}

const SIZE: (u32, u32) = (480, 380);
const INK: RGBColor = RGBColor(0x33, 0x3d, 0x4b);
const GRID: RGBColor = RGBColor(0xdf, 0xe4, 0xea);
const SOLID: RGBColor = RGBColor(0x00, 0x5f, 0xa8);
const DASHED: RGBColor = RGBColor(0xb3, 0x47, 0x00);

/// Confidence from which on a code belongs to the draft.
pub(crate) const DRAFT: f64 = 0.5;

impl Line {
    const ALL: [Self; 2] = [Self::Solid, Self::Dashed];

    fn color(self) -> RGBColor {
        match self {
            Self::Solid => SOLID,
            Self::Dashed => DASHED,
        }
    }
}

type Plot<'a> = ChartContext<'a, SVGBackend<'a>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;
type Drawn = Result<(), Box<dyn std::error::Error>>;

/// How often suggestions are right, by confidence; a dot is the larger, the more suggestions it stands for.
pub(crate) fn reliability(systems: &[Reliability]) -> Result<String, PageError> {
    let most = systems.iter().flat_map(|system| &system.bins).map(|bin| bin.n).max().unwrap_or(1);
    draw(0.0..1.0, ["confidence", "share right"], |plot| {
        plot.draw_series(DashedLineSeries::new([(0.0, 0.0), (1.0, 1.0)], 3, 4, INK.stroke_width(1)))?;
        for (line, system) in Line::ALL.into_iter().zip(systems) {
            let points: Vec<(f64, f64)> = system.bins.iter().map(|bin| (bin.confidence, bin.right)).collect();
            curve(plot, line, &points)?;
            for (bin, point) in system.bins.iter().zip(points) {
                let size = 3.0 + 7.0 * (bin.n as f64 / most as f64).sqrt();
                dot(plot, line, point, size.round() as i32)?;
            }
        }
        Ok(())
    })
}

/// Notes that could be closed, and errors among them, by threshold.
pub(crate) fn automation(points: &[AutomationPoint]) -> Result<String, PageError> {
    draw(0.5..1.0, ["threshold of confidence", "share of notes"], |plot| {
        let closed: Vec<(f64, f64)> = points.iter().map(|point| (point.threshold, point.rate)).collect();
        // Of no notes there is no share with an error.
        let wrong: Vec<(f64, f64)> =
            points.iter().filter(|point| point.closed > 0).map(|point| (point.threshold, point.error)).collect();
        for (line, points) in [(Line::Solid, closed), (Line::Dashed, wrong)] {
            curve(plot, line, &points)?;
            points.into_iter().try_for_each(|point| dot(plot, line, point, 4))?;
        }
        Ok(())
    })
}

/// Precision by recall; a ring marks where the draft begins.
pub(crate) fn precision_recall(systems: &[PrecisionRecall]) -> Result<String, PageError> {
    draw(0.0..1.0, ["recall", "precision"], |plot| {
        for (line, system) in Line::ALL.into_iter().zip(systems) {
            // Where nothing is right there is no point: mostly nothing is suggested there either.
            let right = system.points.iter().filter(|point| point.recall > 0.0);
            curve(plot, line, &right.clone().map(|point| (point.recall, point.precision)).collect::<Vec<_>>())?;
            for point in right {
                dot(plot, line, (point.recall, point.precision), 3)?;
                if (point.threshold - DRAFT).abs() < 1e-9 {
                    ring(plot, line, (point.recall, point.precision))?;
                }
            }
        }
        Ok(())
    })
}

/// How a training went: the loss beside its first value, and the share of unseen wordings whose code is found. Points are a step and a value.
///
/// # Errors
/// Points that are no numbers.
pub fn training(loss: &[(f64, f64)], right: &[(f64, f64)]) -> Result<String, PageError> {
    let last = loss.iter().chain(right).map(|(step, _)| *step).fold(1.0, f64::max);
    let first = loss.first().map_or(1.0, |(_, value)| *value);
    draw(0.0..last / 1000.0, ["thousand steps", "loss (of its first), share right"], |plot| {
        let thousands = |points: &[(f64, f64)], by: f64| -> Vec<(f64, f64)> {
            points.iter().map(|(step, value)| (step / 1000.0, value / by)).collect()
        };
        curve(plot, Line::Solid, &thousands(loss, first))?;
        let right = thousands(right, 1.0);
        curve(plot, Line::Dashed, &right)?;
        right.into_iter().try_for_each(|point| dot(plot, Line::Dashed, point, 4))
    })
}

fn draw(x: Range<f64>, axes: [&str; 2], plot: impl FnOnce(&mut Plot<'_>) -> Drawn) -> Result<String, PageError> {
    let mut svg = String::new();
    on(&mut svg, x, axes, plot).map_err(|error| PageError::Chart(error.to_string()))?;
    Ok(svg)
}

fn on(svg: &mut String, x: Range<f64>, axes: [&str; 2], plot: impl FnOnce(&mut Plot<'_>) -> Drawn) -> Drawn {
    let area = SVGBackend::with_string(svg, SIZE).into_drawing_area();
    let mut chart = ChartBuilder::on(&area)
        .margin(12)
        .x_label_area_size(54)
        .y_label_area_size(66)
        .build_cartesian_2d(x, 0.0..1.0)?;
    let words = ("sans-serif", 19).into_font().color(&INK);
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(GRID)
        .axis_style(INK)
        .x_labels(6)
        .y_labels(6)
        .x_label_formatter(&|value| format!("{value:.1}"))
        .y_label_formatter(&|value| format!("{value:.1}"))
        .label_style(words.clone())
        .axis_desc_style(words)
        .x_desc(axes[0])
        .y_desc(axes[1])
        .draw()?;
    plot(&mut chart)?;
    area.present()?;
    Ok(())
}

fn curve(plot: &mut Plot<'_>, line: Line, points: &[(f64, f64)]) -> Drawn {
    let style = line.color().stroke_width(2);
    match line {
        Line::Solid => plot.draw_series(LineSeries::new(points.iter().copied(), style))?,
        Line::Dashed => plot.draw_series(DashedLineSeries::new(points.iter().copied(), 8, 5, style))?,
    };
    Ok(())
}

/// A disc of a solid curve, a triangle of a dashed one.
fn dot(plot: &mut Plot<'_>, line: Line, at: (f64, f64), size: i32) -> Drawn {
    match line {
        Line::Solid => plot.draw_series([Circle::new(at, size, line.color().filled())])?,
        Line::Dashed => plot.draw_series([TriangleMarker::new(at, size + 1, line.color().filled())])?,
    };
    Ok(())
}

fn ring(plot: &mut Plot<'_>, line: Line, at: (f64, f64)) -> Drawn {
    plot.draw_series([Circle::new(at, 8, line.color().stroke_width(2))])?;
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use icdraft_eval::{PrecisionRecallPoint, ReliabilityBin};

    use super::*;

    #[test]
    fn the_style_knows_each_color() {
        let style = include_str!("../templates/style.css");
        for color in [INK, GRID, SOLID, DASHED] {
            let RGBColor(red, green, blue) = color;
            assert!(style.contains(&format!("svg [stroke=\"#{red:02X}{green:02X}{blue:02X}\"]")), "{color:?}");
        }
        let svg = automation(&[]).unwrap();
        let ink = format!("#{:02X}{:02X}{:02X}", INK.0, INK.1, INK.2);
        assert!(svg.contains(&format!("fill=\"{ink}\"")) && svg.contains(&format!("stroke=\"{ink}\"")), "{svg}");
    }

    #[test]
    fn of_no_closed_notes_no_error_is_drawn() {
        let point = |threshold, closed, rate, error| AutomationPoint { threshold, closed, rate, error };
        let svg = automation(&[point(0.5, 2, 0.5, 0.5), point(0.9, 1, 0.25, 0.0), point(0.99, 0, 0.0, 0.0)]).unwrap();
        assert_eq!((svg.matches("<circle").count(), svg.matches("<polygon").count()), (3, 2));
    }

    #[test]
    fn the_draft_has_a_ring_and_nothing_right_no_point() {
        let point = |threshold, precision, recall| PrecisionRecallPoint { threshold, precision, recall };
        let points = vec![point(0.0, 0.4, 0.9), point(0.5, 0.8, 0.6), point(0.95, 0.0, 0.0)];
        let svg = precision_recall(&[PrecisionRecall { system: "ICD-10-CM".into(), points }]).unwrap();
        assert_eq!((svg.matches("<circle").count(), svg.matches("r=\"8\"").count()), (3, 1));
        // The plot is from 78 to 468 across and from 314 up to 12; plotters may round by a pixel or two.
        let ring = svg.split("<circle").find(|circle| circle.contains("r=\"8\"")).unwrap();
        let at = |name: &str| -> f64 {
            ring.split(&format!("{name}=\"")).nth(1).unwrap().split('"').next().unwrap().parse().unwrap()
        };
        assert!(
            (at("cx") - (78.0 + 0.6 * 390.0)).abs() < 3.0 && (at("cy") - (314.0 - 0.8 * 302.0)).abs() < 3.0,
            "{ring}"
        );
    }

    #[test]
    fn dots_grow_with_what_they_stand_for() {
        let bin = |confidence, n| ReliabilityBin { low: 0.0, high: 1.0, n, confidence, right: 0.5 };
        let svg =
            reliability(&[Reliability { system: "ICD-10-CM".into(), bins: vec![bin(0.2, 1), bin(0.9, 100)] }]).unwrap();
        assert!(svg.contains("r=\"4\"") && svg.contains("r=\"10\""), "{svg}");
    }
}
