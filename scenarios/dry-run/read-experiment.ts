import { suggestion } from '../../chaos/nearest.ts';
import { durationMs } from '../../sim/prometheus/promql/lexer.ts';
import { DocumentProblem } from '../lint/documents/document-problem.ts';
import {
  entriesAt,
  entryOf,
  itemsAt,
  nodeAt,
  numberAt,
  textAt,
  type ManifestNode,
} from '../lint/documents/manifest-node.ts';
import { formatPlace } from '../lint/documents/source-text.ts';
import { analysisUses, type AnalysisUse } from '../lint/input/analysis-uses.ts';
import type { LintInput } from '../lint/input/lint-input.ts';
import { canarySteps, placeOf, type Resource } from '../lint/input/resource.ts';
import { rolloutDefaults } from './argo/canary-spec.ts';
import {
  experimentScaleDownDelayMs,
  type ExperimentAnalysisSpec,
  type ExperimentSpec,
  type ExperimentTemplateSpec,
} from './argo/experiment-state.ts';
import { metricsOfUse } from './read-metrics.ts';

const commonKeys = ['templates', 'analyses', 'duration', 'dryRun', 'analysisRunMetadata'];
const specKeys = [
  ...commonKeys,
  'progressDeadlineSeconds',
  'scaleDownDelaySeconds',
  'terminate',
  'measurementRetention',
];
const commonTemplateKeys = ['name', 'replicas', 'selector', 'service'];
const stepTemplateKeys = [...commonTemplateKeys, 'specRef', 'metadata', 'weight'];
const specTemplateKeys = [...commonTemplateKeys, 'template', 'minReadySeconds'];
const analysisKeys = ['name', 'templateName', 'clusterScope', 'args', 'requiredForCompletion'];
const specRefs = ['stable', 'canary'];

/** The experiment of a step. Throws a `DocumentProblem` for what cannot be read, at its place. */
export function readExperimentStep(
  input: LintInput,
  step: ManifestNode,
  uses: readonly AnalysisUse[],
  progressDeadlineMs: number,
): ExperimentSpec {
  refuseUnknown(step, commonKeys);
  const templates = namedItems(step, 'templates').map((item): ExperimentTemplateSpec => {
    refuseUnknown(item, stepTemplateKeys);
    return { ...templateOf(item), specRef: specRefOf(item), weight: numberAt(item, 'weight') };
  });
  return {
    templates: atLeastOne(step, templates),
    analyses: analysesOf(input, step, uses),
    durationMs: durationOf(step),
    progressDeadlineMs,
    // A step cannot say otherwise.
    scaleDownDelayMs: experimentScaleDownDelayMs,
  };
}

/** An Experiment of its own. Throws a `DocumentProblem` for what cannot be read, at its place. */
export function readExperiment(input: LintInput, experiment: Resource): ExperimentSpec {
  const spec = nodeAt(experiment.root, 'spec');
  refuseUnknown(spec, specKeys);
  const templates = namedItems(spec, 'templates').map((item): ExperimentTemplateSpec => {
    refuseUnknown(item, specTemplateKeys);
    return { ...templateOf(item), specRef: 'canary', weight: undefined };
  });
  const uses = analysisUses(input).filter((use) => use.owner === experiment);
  const seconds = (key: string, defaultMs: number): number =>
    (numberAt(spec, key) ?? defaultMs / 1000) * 1000;
  return {
    templates: atLeastOne(spec ?? experiment.root, templates),
    analyses: analysesOf(input, spec, uses),
    durationMs: durationOf(spec),
    progressDeadlineMs: seconds('progressDeadlineSeconds', rolloutDefaults.progressDeadlineMs),
    scaleDownDelayMs: seconds('scaleDownDelaySeconds', experimentScaleDownDelayMs),
  };
}

const splittingRouters = ['alb', 'istio', 'smi', 'plugins'];

/** Why the controller refuses the experiments of a Rollout (InvalidSpec): weights that its router cannot give. */
export function experimentRefusals(rollout: Resource): readonly string[] {
  const routing = nodeAt(rollout.root, 'spec', 'strategy', 'canary', 'trafficRouting');
  const splits = splittingRouters.some((router) => nodeAt(routing, router) !== undefined);
  if (splits) return [];
  const why =
    routing === undefined
      ? 'Experiment template weight cannot be set unless TrafficRouting is enabled'
      : 'Experiment template weight is only available for TrafficRouting with SMI, ALB, Istio and Plugins';
  return canarySteps(rollout)
    .filter(({ key }) => key === 'experiment')
    .flatMap(({ value }) => itemsAt(value, 'templates'))
    .flatMap((item) => entryOf(item, 'weight') ?? [])
    .map(({ keyPlace }) => `${formatPlace(keyPlace)}  ${why}`);
}

function templateOf(item: ManifestNode): Pick<ExperimentTemplateSpec, 'name' | 'replicas'> {
  const replicas = numberAt(item, 'replicas') ?? rolloutDefaults.replicas;
  if (!Number.isInteger(replicas) || replicas < 0) {
    throw new DocumentProblem(placeOf(item, 'replicas'), `replicas ${replicas}: expected a number of pods`);
  }
  return { name: textAt(item, 'name') ?? '', replicas };
}

function specRefOf(item: ManifestNode): ExperimentTemplateSpec['specRef'] {
  const text = textAt(item, 'specRef');
  if (text === 'stable' || text === 'canary') return text;
  const meant = text === undefined ? '' : suggestion(text, specRefs);
  throw new DocumentProblem(
    placeOf(item, 'specRef'),
    `specRef ${text ?? 'is missing'}: expected stable or canary${meant}`,
  );
}

function analysesOf(
  input: LintInput,
  owner: ManifestNode | undefined,
  uses: readonly AnalysisUse[],
): readonly ExperimentAnalysisSpec[] {
  const dryRun = new Set(itemsAt(owner, 'dryRun').map((item) => textAt(item, 'metricName')));
  return namedItems(owner, 'analyses').map((item) => {
    refuseUnknown(item, analysisKeys);
    const place = placeOf(item, 'templateName');
    const use = uses.find((each) => each.place.line === place.line && each.place.column === place.column);
    if (use === undefined)
      throw new DocumentProblem(place, 'an analysis of an experiment needs templateName');
    const name = textAt(item, 'name') ?? '';
    return {
      name,
      requiredForCompletion: textAt(item, 'requiredForCompletion') === 'true',
      metrics: metricsOfUse(input, use).map((metric) => ({
        ...metric,
        analysis: name,
        dryRun: dryRun.has(metric.name),
      })),
    };
  });
}

/** Items that each have a name of their own. */
function namedItems(owner: ManifestNode | undefined, key: string): readonly ManifestNode[] {
  const items = itemsAt(owner, key);
  const names = new Set<string>();
  for (const item of items) {
    const name = textAt(item, 'name');
    if (name === undefined || name === '') {
      throw new DocumentProblem(item.place, `one of the ${key} of the experiment has no name`);
    }
    if (names.has(name)) {
      throw new DocumentProblem(placeOf(item, 'name'), `two of the ${key} of the experiment are ${name}`);
    }
    names.add(name);
  }
  return items;
}

function atLeastOne(
  owner: ManifestNode,
  templates: readonly ExperimentTemplateSpec[],
): readonly ExperimentTemplateSpec[] {
  if (templates.length === 0) {
    throw new DocumentProblem(placeOf(owner, 'templates'), 'an experiment needs templates');
  }
  return templates;
}

function durationOf(owner: ManifestNode | undefined): number | undefined {
  const text = textAt(owner, 'duration');
  if (text === undefined) return undefined;
  const length = durationMs(text);
  if (length === undefined) {
    throw new DocumentProblem(
      placeOf(owner, 'duration'),
      `duration ${text}: expected a time such as 90s or 12m`,
    );
  }
  return length;
}

function refuseUnknown(node: ManifestNode | undefined, known: readonly string[]): void {
  for (const { key, keyPlace } of entriesAt(node)) {
    if (known.includes(key)) continue;
    throw new DocumentProblem(keyPlace, `an experiment has no ${key} here${suggestion(key, known)}`);
  }
}
