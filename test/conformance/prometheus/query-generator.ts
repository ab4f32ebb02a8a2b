import fc, { type GeneratorValue } from 'fast-check';

type Draw = GeneratorValue;

/** More than once: more often. */
const windowFunctionNames = (
  'rate rate rate increase increase irate delta idelta deriv resets changes avg_over_time sum_over_time ' +
  'min_over_time max_over_time count_over_time last_over_time present_over_time stddev_over_time ' +
  'stdvar_over_time quantile_over_time predict_linear'
).split(' ');

const aggregationNames = 'sum sum sum avg avg min max count stddev stdvar group quantile count_values'.split(
  ' ',
);

const groupings = [
  '',
  '',
  ' by (colour)',
  ' by (colour, instance)',
  ' by (area)',
  ' by ()',
  ' without (instance)',
  ' without (code, area)',
  ' without ()',
  ' by (missing)',
];

function pick(draw: Draw, ...texts: readonly string[]): string {
  return draw(fc.constantFrom, ...texts);
}

/** A query of the forms that gates, dashboards and analysis templates use, some of them refused. */
export function drawQuery(draw: Draw, intervalMs: number): string {
  switch (draw(fc.nat, 11)) {
    case 0:
      return gateQuery(draw, intervalMs);
    case 1:
      return quantileQuery(draw, intervalMs);
    case 2:
      return `${pick(draw, 'topk', 'bottomk')}(${draw(fc.integer, { min: -1, max: 4 })}, ${vector(draw, intervalMs, 1)})`;
    case 3:
      return matchingQuery(draw, intervalMs);
    case 4:
      return scalarQuery(draw, intervalMs);
    default:
      return vector(draw, intervalMs, 2);
  }
}

/** What the gates of the rollout ask (`MetricsQuery`), and the usual ratio with its guard. */
function gateQuery(draw: Draw, intervalMs: number): string {
  const window = windowText(draw, intervalMs);
  const colour = pick(draw, 'blue', 'green', 'red');
  const errors = `sum(rate(requests_total{colour="${colour}",code=~"5.."}[${window}]))`;
  const all = `sum(rate(requests_total{colour="${colour}"}[${window}]))`;
  switch (draw(fc.nat, 4)) {
    case 0:
      return `sum(increase(requests_total{colour="${colour}"}[${window}]))`;
    case 1:
      return `sum(temperature_celsius{area="${pick(draw, 'etch', 'cmp', 'none')}"})`;
    case 2:
      return `${errors} / ${all}`;
    case 3:
      return `(${errors} or vector(0)) / ${all} ${pick(draw, '<', '>')} 0.${draw(fc.integer, { min: 1, max: 5 })}`;
    default:
      return `1 - (${errors} or vector(0)) / (${all} > 0)`;
  }
}

function quantileQuery(draw: Draw, intervalMs: number): string {
  const quantile = pick(draw, '0', '0.05', '0.1', '0.5', '0.9', '0.95', '0.99', '1', '-0.1', '1.5', 'NaN');
  const rate = pick(draw, 'rate', 'increase', 'irate');
  const selector = `latency_seconds_bucket${pick(draw, '', '{colour="green"}', '{le!="+Inf"}', '{instance="a"}')}`;
  const rates = `${rate}(${selector}[${windowText(draw, intervalMs)}])`;
  const grouped = pick(
    draw,
    `sum by (le) (${rates})`,
    `sum by (le, colour) (${rates})`,
    `sum without (instance) (${rates})`,
    rates,
    selector,
    `sum by (colour) (${rates})`,
  );
  return `histogram_quantile(${quantile}, ${grouped})`;
}

/** Two vectors with every kind of matching. */
function matchingQuery(draw: Draw, intervalMs: number): string {
  const window = windowText(draw, intervalMs);
  const left = `rate(requests_total{code="${pick(draw, '200', '500')}"}[${window}])`;
  const right = pick(
    draw,
    `rate(requests_total{code="500"}[${window}])`,
    `sum by (colour) (rate(requests_total[${window}]))`,
    `sum by (colour, instance) (rate(requests_total[${window}]))`,
    'build_info',
    'contexts_total',
    `rate(latency_seconds_count[${window}])`,
  );
  const operator = pick(draw, '+', '-', '*', '/', '%', '>', '<=', '== bool', '> bool', '!=');
  const matching = pick(
    draw,
    '',
    'ignoring (code)',
    'on (colour)',
    'on (colour, instance)',
    'on (colour) group_left',
    'on (colour, instance) group_left (version)',
    'ignoring (code) group_left ()',
    'ignoring (code, instance) group_left',
    'on (colour, instance) group_right',
    'on (colour) group_right (code)',
  );
  if (draw(fc.nat, 4) === 0) {
    const setOperator = pick(draw, 'and', 'or', 'unless');
    const by = pick(draw, '', 'on (colour)', 'ignoring (code)', 'on (colour, instance)', 'on ()');
    return `${left} ${setOperator} ${by} ${right}`;
  }
  return `${left} ${operator} ${matching} ${right}`;
}

function scalarQuery(draw: Draw, intervalMs: number): string {
  const inner = vector(draw, intervalMs, 1);
  switch (draw(fc.nat, 6)) {
    case 0:
      return `scalar(${inner})`;
    case 1:
      return `vector(scalar(${inner}))`;
    case 2:
      return `absent(${selector(draw)})`;
    case 3:
      return `absent_over_time(${selector(draw)}[${windowText(draw, intervalMs)}])`;
    case 4:
      return `${number(draw)} ${pick(draw, '+', '-', '*', '/', '%', '^', '> bool', '== bool', '<')} ${number(draw)}`;
    case 5:
      return `time() - timestamp(${selector(draw)})`;
    default:
      return `-${inner}`;
  }
}

function vector(draw: Draw, intervalMs: number, depth: number): string {
  if (depth === 0) return draw(fc.boolean) ? selector(draw) : overWindow(draw, intervalMs, 0);
  switch (draw(fc.nat, 9)) {
    case 0:
      return selector(draw);
    case 1:
    case 2:
    case 3:
      return overWindow(draw, intervalMs, depth);
    case 4:
    case 5:
      return aggregation(draw, intervalMs, depth);
    case 6:
      return withNumber(draw, intervalMs, depth);
    case 7:
      return elementFunction(draw, intervalMs, depth);
    case 8: {
      const [left, right] = [aggregation(draw, intervalMs, depth), aggregation(draw, intervalMs, depth)];
      return `${left} ${pick(draw, '/', '-', '+', '>', 'or', 'and', 'unless')} ${right}`;
    }
    default:
      return labelFunction(draw, intervalMs, depth);
  }
}

function selector(draw: Draw): string {
  const shift = pick(
    draw,
    '',
    '',
    '',
    '',
    '',
    ' offset 1m',
    ' offset 45s',
    ' offset -30s',
    ' @ 120',
    ' @ end()',
  );
  return plainSelector(draw) + shift;
}

function plainSelector(draw: Draw): string {
  return pick(
    draw,
    'requests_total',
    'requests_total',
    'requests_total{code="500"}',
    'requests_total{colour="green",instance=~"a|b"}',
    'requests_total{colour!="blue"}',
    'requests_total{code!~"5.*",instance="b"}',
    'contexts_total',
    'temperature_celsius',
    'temperature_celsius',
    'temperature_celsius{area=~".*t.*"}',
    '{__name__=~"contexts_.+",colour="green"}',
    'latency_seconds_count{colour="blue"}',
    'nothing_total{colour="blue",code=~"2.."}',
    'requests_total{instance=""}',
  );
}

/** Windows shorter than the scrape interval, around twice of it, and longer than the series. */
function windowText(draw: Draw, intervalMs: number): string {
  const share = draw(fc.constantFrom, 0.5, 1.1, 2, 2.5, 3, 4, 4, 5.3, 8, 8, 12, 20, 60);
  const windowMs = Math.round(intervalMs * share);
  return windowMs % 1000 === 0 ? `${windowMs / 1000}s` : `${windowMs}ms`;
}

function overWindow(draw: Draw, intervalMs: number, depth: number): string {
  const name = pick(draw, ...windowFunctionNames);
  const window = windowText(draw, intervalMs);
  const nested = depth > 1 && draw(fc.nat, 3) === 0;
  // Prometheus 3.8 fails with an internal error for predict_linear over a subquery at a fixed time.
  const fixed = nested && name === 'predict_linear' ? [] : [' @ 150', ' @ start()'];
  const shift = pick(draw, '', '', '', '', ' offset 30s', ' offset 2m', ...fixed);
  const range = nested
    ? `(${vector(draw, intervalMs, 0)})[${window}:${pick(draw, '', '15s', '20s', '1m')}]${shift}`
    : `${plainSelector(draw)}[${window}]${shift}`;
  if (name === 'quantile_over_time') return `${name}(${pick(draw, '0.5', '0.9', '1', '2')}, ${range})`;
  return name === 'predict_linear' ? `${name}(${range}, ${pick(draw, '60', '3600')})` : `${name}(${range})`;
}

function aggregation(draw: Draw, intervalMs: number, depth: number): string {
  const name = pick(draw, ...aggregationNames);
  const grouping = pick(draw, ...groupings);
  const inner = vector(draw, intervalMs, depth - 1);
  if (name === 'quantile') return `quantile${grouping} (${pick(draw, '0.5', '0.95', '-1')}, ${inner})`;
  if (name === 'count_values')
    return `count_values${grouping} ("count", count_over_time(${plainSelector(draw)}[2m]))`;
  return `${name}${grouping} (${inner})`;
}

function number(draw: Draw): string {
  return pick(draw, '0', '1', '2.5', '-3', '100', '0.01', '1e3', 'NaN', 'Inf', '5m');
}

function withNumber(draw: Draw, intervalMs: number, depth: number): string {
  const inner = vector(draw, intervalMs, depth - 1);
  const operator = pick(draw, '+', '-', '*', '/', '%', '>', '<', '>=', '!=', '==', '> bool', '<= bool', '^');
  return draw(fc.boolean)
    ? `(${inner}) ${operator} ${number(draw)}`
    : `${number(draw)} ${operator} (${inner})`;
}

function elementFunction(draw: Draw, intervalMs: number, depth: number): string {
  const inner = vector(draw, intervalMs, depth - 1);
  return pick(
    draw,
    ...[
      'abs',
      'ceil',
      'floor',
      'round',
      'sqrt',
      'ln',
      'log2',
      'log10',
      'exp',
      'sgn',
      'sort',
      'timestamp',
    ].map((name) => `${name}(${inner})`),
    `clamp(${inner}, 1, 30)`,
    `clamp(${inner}, 5, 1)`,
    `clamp_min(${inner}, 0.5)`,
    `clamp_max(${inner}, 200)`,
    `round(${inner}, 0.25)`,
  );
}

function labelFunction(draw: Draw, intervalMs: number, depth: number): string {
  const inner = vector(draw, intervalMs, depth - 1);
  return pick(
    draw,
    `label_replace(${inner}, "site", "$1-x", "colour", "(b|g).*")`,
    `label_replace(${inner}, "colour", "", "code", "5.*")`,
    `label_replace(${inner}, "area", "all", "area", ".*")`,
    `label_join(${inner}, "both", "/", "colour", "instance")`,
  );
}
