package io.halflight.app.report;

import java.util.List;

/**
 * The training time of all stages, one after the other.
 *
 * @param unit seconds in a unit of the axis
 * @param name of the unit
 * @param starts where each stage begins, in units
 * @param end of the last stage, in units
 */
record TimeAxis(double unit, String name, double[] starts, double end) {
    static TimeAxis of(List<StageLog> stages) {
        double total = stages.stream().mapToDouble(StageLog::seconds).sum();
        double unit = unit(total);
        double[] starts = new double[stages.size()];
        double at = 0;
        for (int i = 0; i < starts.length; i++) {
            starts[i] = at / unit;
            at += stages.get(i).seconds();
        }
        return new TimeAxis(unit, name(unit), starts, at / unit);
    }

    /** Seconds in the unit that suits an axis so long. */
    static double unit(double seconds) {
        return seconds < 180 ? 1 : seconds < 3 * 3600 ? 60 : 3600;
    }

    static String name(double unit) {
        return unit == 1 ? "s" : unit == 60 ? "min" : "h";
    }

    Scale scale() {
        return Scale.exact(0, end);
    }

    /** Seconds within a stage as a place on the axis. */
    double at(int stage, double seconds) {
        return starts[stage] + seconds / unit;
    }

    double[] at(int stage, List<StageLog.Line> lines) {
        return lines.stream().mapToDouble(line -> at(stage, line.seconds())).toArray();
    }

    /** Marks where stages begin: by number and title where there is room, by number where there is a little. */
    void mark(LineChart chart, List<StageLog> stages) {
        for (int i = 0; i < stages.size(); i++) {
            double share = stages.get(i).seconds() / unit / end;
            String number = Integer.toString(stages.get(i).number());
            chart.mark(starts[i], share > 0.24 ? number + " " + stages.get(i).title() : share > 0.03 ? number : "");
        }
    }
}
