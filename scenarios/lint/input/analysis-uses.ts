import { itemsAt, nodeAt, textAt, type ManifestNode } from '../documents/manifest-node.ts';
import type { Place } from '../documents/source-text.ts';
import { isAnalysisTemplate } from './analysis-metrics.ts';
import type { LintInput } from './lint-input.ts';
import { canarySteps, placeOf, sameNamespace, type Resource } from './resource.ts';

export type AnalysisRole = 'background' | 'step' | 'experiment' | 'promotion';

/** One reference from a Rollout or an Experiment to an AnalysisTemplate. */
export interface AnalysisUse {
  readonly owner: Resource;
  readonly role: AnalysisRole;
  readonly template: string;
  readonly clusterScope: boolean;
  readonly place: Place;
  /** Items of `args`. */
  readonly args: readonly ManifestNode[];
}

export function analysisUses(input: LintInput): readonly AnalysisUse[] {
  return input.resources.flatMap((owner) => {
    switch (owner.kind) {
      case 'Rollout':
        return usesOfRollout(owner);
      case 'Experiment':
        return experimentUses(owner, nodeAt(owner.root, 'spec'));
      default:
        return [];
    }
  });
}

function usesOfRollout(owner: Resource): readonly AnalysisUse[] {
  const strategy = nodeAt(owner.root, 'spec', 'strategy');
  return [
    ...templateUses(owner, 'background', nodeAt(strategy, 'canary', 'analysis')),
    ...canarySteps(owner).flatMap(({ key, value }) =>
      key === 'analysis'
        ? templateUses(owner, 'step', value)
        : key === 'experiment'
          ? experimentUses(owner, value)
          : [],
    ),
    ...templateUses(owner, 'promotion', nodeAt(strategy, 'blueGreen', 'prePromotionAnalysis')),
    ...templateUses(owner, 'promotion', nodeAt(strategy, 'blueGreen', 'postPromotionAnalysis')),
  ];
}

function templateUses(
  owner: Resource,
  role: AnalysisRole,
  analysis: ManifestNode | undefined,
): readonly AnalysisUse[] {
  const args = itemsAt(analysis, 'args');
  return itemsAt(analysis, 'templates').flatMap((item) => useOf(owner, role, item, args));
}

function experimentUses(owner: Resource, experiment: ManifestNode | undefined): readonly AnalysisUse[] {
  return itemsAt(experiment, 'analyses').flatMap((item) =>
    useOf(owner, 'experiment', item, itemsAt(item, 'args')),
  );
}

function useOf(
  owner: Resource,
  role: AnalysisRole,
  item: ManifestNode,
  args: readonly ManifestNode[],
): readonly AnalysisUse[] {
  const template = textAt(item, 'templateName');
  if (template === undefined) return [];
  const clusterScope = textAt(item, 'clusterScope') === 'true';
  return [{ owner, role, template, clusterScope, place: placeOf(item, 'templateName'), args }];
}

/** The templates that a reference may mean: several where the files hold variants of one name. */
export function templatesOf(input: LintInput, use: AnalysisUse): readonly Resource[] {
  const kind = use.clusterScope ? 'ClusterAnalysisTemplate' : 'AnalysisTemplate';
  return input.resources.filter(
    (resource) =>
      resource.kind === kind &&
      resource.name === use.template &&
      (use.clusterScope || sameNamespace(resource, use.owner)),
  );
}

/** The template that a reference means; undefined where there is none, or more than one. */
export function templateOf(input: LintInput, use: AnalysisUse): Resource | undefined {
  const templates = templatesOf(input, use);
  return templates.length === 1 ? templates[0] : undefined;
}

/** Names of the arguments that a template (and those it is made of) needs to be given. */
export function requiredArgs(input: LintInput, template: Resource, depth = 0): readonly string[] {
  const own = itemsAt(template.root, 'spec', 'args').flatMap((argument) => {
    const given = nodeAt(argument, 'value') ?? nodeAt(argument, 'valueFrom');
    return given === undefined ? (textAt(argument, 'name') ?? []) : [];
  });
  const parts = depth > 5 ? [] : itemsAt(template.root, 'spec', 'templates');
  const inherited = parts.flatMap((part) => {
    const name = textAt(part, 'templateName');
    const found = input.resources.find((resource) => isAnalysisTemplate(resource) && resource.name === name);
    return found === undefined ? [] : requiredArgs(input, found, depth + 1);
  });
  return [...new Set([...own, ...inherited])];
}
