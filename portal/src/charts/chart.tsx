// A chart over time, drawn by uPlot on a canvas. A screen reader gets none of it: whoever shows a chart shows its numbers as a table too.

import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { theme } from "../page/theme";

const HEIGHT = 180;

export interface Drawn {
  data: uPlot.AlignedData;
  series: uPlot.Series[];
  /** Ticks of the vertical axis. */
  label: (value: number) => string;
  wholeNumbers?: boolean;
}

interface Props {
  since: number;
  until: number;
  drawn: (colour: (name: string) => string) => Drawn;
  /** Which bucket the pointer is at. */
  onPoint: (bucket: number | null) => void;
}

export function Chart({ since, until, drawn, onPoint }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const shade = theme.value;
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    // As a property that is a colour, because the browser resolves no other to what a canvas understands.
    const colour = (name: string) => {
      element.style.color = `var(--${name})`;
      return getComputedStyle(element).color;
    };
    const chart = new uPlot(
      options(drawn(colour), element.clientWidth, [since, until], colour, onPoint),
      drawn(colour).data,
      element,
    );
    const resized = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: HEIGHT }));
    resized.observe(element);
    return () => {
      resized.disconnect();
      chart.destroy();
    };
  }, [drawn, since, until, shade]);
  return <div ref={place} class="chart" aria-hidden="true" />;
}

const TIME = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const DAY = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric" });

function options(
  { series, label, wholeNumbers = false }: Drawn,
  width: number,
  range: [number, number],
  colour: (name: string) => string,
  onPoint: (bucket: number | null) => void,
): uPlot.Options {
  const axis = {
    stroke: colour("chart-text"),
    font: "12px system-ui, sans-serif",
    grid: { stroke: colour("chart-grid"), width: 1 },
    ticks: { show: false },
  };
  return {
    width,
    height: HEIGHT,
    padding: [8, 8, 0, 0],
    series: [{}, ...series],
    scales: { x: { time: true, range }, y: { range: (_, __, most) => [0, Math.max(1, most * 1.1)] } },
    axes: [
      { ...axis, grid: { show: false }, values: (_, ticks) => ticks.map(ofTime), space: 64, size: 28 },
      {
        ...axis,
        size: 64,
        values: (_, ticks) => ticks.map(label),
        ...(wholeNumbers ? { incrs: wholeSteps() } : {}),
      },
    ],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
    hooks: { setCursor: [({ cursor }) => onPoint(cursor.idx ?? null)] },
  };
}

/** At midnight the day, else the time. */
function ofTime(seconds: number): string {
  const date = new Date(seconds * 1000);
  return date.getHours() === 0 && date.getMinutes() === 0 ? DAY.format(date) : TIME.format(date);
}

/** 1, 2, 5, 10, 20, … */
function wholeSteps(): number[] {
  return [1, 10, 100, 1_000, 10_000].flatMap((step) => [step, 2 * step, 5 * step]);
}
