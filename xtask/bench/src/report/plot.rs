//! Curves, as SVG files that need no font beside those of whoever looks at them.

use std::path::Path;

use anyhow::{Result, anyhow};
use plotters::prelude::*;
use serde_json::{Value, json};

const SIZE: (u32, u32) = (960, 480);

/// Room for the names of the curves, and where it begins.
const LEGEND: u32 = 190;
const RIGHT: i32 = 780;

/// A picture of some curves, over axes whose steps are powers of ten.
#[derive(Debug, Clone)]
pub(crate) struct Plot {
    /// The name of its file, without the ending.
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) x: &'static str,
    pub(crate) y: &'static str,
    pub(crate) series: Vec<Series>,
}

/// One curve.
#[derive(Debug, Clone)]
pub(crate) struct Series {
    pub(crate) name: String,
    pub(crate) points: Vec<(f64, f64)>,
}

impl Plot {
    /// The points for programs.
    pub(crate) fn to_json(&self) -> Value {
        let series = self.series.iter().map(|it| json!({"name": it.name, "points": it.points}));
        json!({"name": self.name, "title": self.title, "x": self.x, "y": self.y, "series": series.collect::<Vec<_>>()})
    }

    /// Writes the picture.
    ///
    /// # Errors
    /// When there is nothing to draw, or the file cannot be written.
    pub(crate) fn write(&self, file: &Path) -> Result<()> {
        // Errors of the library borrow from what is drawn on.
        self.draw(file).map_err(|fault| anyhow!("cannot draw {}: {fault}", file.display()))
    }

    fn draw(&self, file: &Path) -> Result<(), Box<dyn std::error::Error>> {
        let points = || self.series.iter().flat_map(|it| it.points.iter().copied());
        let (x, y) = (range(points().map(|(x, _)| x))?, range(points().map(|(_, y)| y))?);
        let root = SVGBackend::new(file, SIZE).into_drawing_area();
        root.fill(&WHITE)?;
        let mut chart = ChartBuilder::on(&root)
            .caption(&self.title, ("sans-serif", 20))
            .margin(16)
            .margin_right(LEGEND)
            .x_label_area_size(40)
            .y_label_area_size(72)
            .build_cartesian_2d((x.0..x.1).log_scale(), (y.0..y.1).log_scale())?;
        let mut mesh = chart.configure_mesh();
        mesh.x_desc(self.x).y_desc(self.y).x_label_formatter(&label).y_label_formatter(&label);
        mesh.light_line_style(TRANSPARENT).draw()?;
        for (series, (color, line)) in self.series.iter().zip(styles()) {
            chart.draw_series(LineSeries::new(series.points.iter().copied(), color.stroke_width(2)).point_size(4))?;
            // Beside the curves, where it hides none of them.
            root.draw(&Rectangle::new([(RIGHT, line), (RIGHT + 12, line + 12)], color.filled()))?;
            root.draw(&Text::new(series.name.as_str(), (RIGHT + 18, line), ("sans-serif", 13)))?;
        }
        root.present()?;
        Ok(())
    }
}

/// A color and a height for each curve's name.
fn styles() -> impl Iterator<Item = (RGBAColor, i32)> {
    (0_usize..).map(|index| Palette99::pick(index).to_rgba()).zip((56..).step_by(22))
}

/// A fifth of an order of magnitude around the figures.
fn range(figures: impl Iterator<Item = f64>) -> Result<(f64, f64), &'static str> {
    let (least, most) = figures.fold((f64::MAX, 0.0_f64), |(least, most), it| (least.min(it), most.max(it)));
    if least > 0.0 && least <= most { Ok((least / 1.6, most * 1.6)) } else { Err("there is nothing to draw") }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the library hands a reference over")]
fn label(figure: &f64) -> String {
    match *figure {
        figure if figure >= 1_000_000.0 => format!("{} M", figure / 1_000_000.0),
        figure if figure >= 1_000.0 => format!("{} k", figure / 1_000.0),
        figure => figure.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plot(points: Vec<(f64, f64)>) -> Plot {
        let series = vec![Series { name: "service".to_owned(), points }];
        Plot { name: "latency".to_owned(), title: "Latency".to_owned(), x: "rate", y: "time", series }
    }

    #[test]
    fn a_picture_has_its_title_its_axes_and_its_curve() {
        let file = std::env::temp_dir().join(format!("ore-bench-plot-{}.svg", std::process::id()));
        plot(vec![(1000.0, 0.2), (10_000.0, 2.5)]).write(&file).unwrap();
        let picture = std::fs::read_to_string(&file).unwrap();
        std::fs::remove_file(&file).unwrap();
        for part in ["Latency", "rate", "time", "service", "10 k", "<polyline"] {
            assert!(picture.contains(part), "{part} is missing in {picture}");
        }
    }

    #[test]
    fn without_points_there_is_no_picture() {
        assert!(plot(Vec::new()).write(Path::new("never-written.svg")).is_err());
    }
}
