import { unindexedResult } from './l01-unindexed-result.ts';
import { unresolvedField } from './l02-unresolved-field.ts';
import { missingArguments } from './l03-missing-arguments.ts';
import { undefinedTemplate } from './l04-undefined-template.ts';
import { canaryScaleWithoutRouter } from './l05-canary-scale-without-router.ts';
import { unmanagedRoute } from './l06-unmanaged-route.ts';
import { stickyCanaryScale } from './l07-sticky-canary-scale.ts';
import { sharedNatsConfig } from './l08-shared-nats-config.ts';
import { uncoordinatedRollouts } from './l09-uncoordinated-rollouts.ts';
import { resourceQueryWithoutColour } from './l10-resource-query-without-colour.ts';
import { unknownArgoCommand } from './l11-unknown-argo-command.ts';
import { canaryGoneAfterAbort } from './l12-canary-gone-after-abort.ts';
import { toolRouterPlugin } from './l13-tool-router-plugin.ts';
import { emptySplitRules } from './l14-empty-split-rules.ts';
import { inlineUpstreamWithoutNodes } from './l15-inline-upstream-without-nodes.ts';
import { invalidVars } from './l16-invalid-vars.ts';
import { grpcHealthCheck } from './l17-grpc-health-check.ts';
import { unknownLimitKey } from './l18-unknown-limit-key.ts';
import { apisixLabels } from './l19-apisix-labels.ts';
import { exposedAdminPort } from './l20-exposed-admin-port.ts';
import { completionWithoutStream } from './l21-completion-without-stream.ts';
import { streamsBeyondStore } from './l22-streams-beyond-store.ts';
import { lookupWithoutNamespace } from './l23-lookup-without-namespace.ts';
import { scaleBeforeSync } from './l24-scale-before-sync.ts';
import { imperativeAgainstGitOps } from './l25-imperative-against-gitops.ts';
import { waitForUnbornPods } from './l26-wait-for-unborn-pods.ts';
import { readyCheckByAbsence } from './l27-ready-check-by-absence.ts';
import { countedLogTail } from './l28-counted-log-tail.ts';
import { endlessFollow } from './l29-endless-follow.ts';
import { countedHeader } from './l30-counted-header.ts';
import { recomputedColour } from './l31-recomputed-colour.ts';
import { unforwardedPort } from './l32-unforwarded-port.ts';
import { nullPassesAsText } from './l33-null-passes-as-text.ts';
import { progressOnStderr } from './l34-progress-on-stderr.ts';
import { unindexedBackgroundResult } from './l35-unindexed-background-result.ts';
import { invalidNginxSnippet } from './l36-invalid-nginx-snippet.ts';
import { canaryHeaderValue } from './l37-canary-header-value.ts';
import { inlineIndex } from './l38-inline-index.ts';
import { mirrorSelectsCanary } from './l39-mirror-selects-canary.ts';
import { timestampInKey } from './l40-timestamp-in-key.ts';
import { unaggregatedRatio } from './l41-unaggregated-ratio.ts';
import { undeclaredArgument } from './t01-undeclared-argument.ts';
import { indexedScalar } from './t02-indexed-scalar.ts';
import { windowTooShort } from './t03-window-too-short.ts';
import { failureNeverTrue } from './t04-failure-never-true.ts';
import { successDecided } from './t05-success-decided.ts';
import { unreadableQuery } from './t06-unreadable-query.ts';
import { emptyErrorSeries } from './t07-empty-error-series.ts';
import { lateBackgroundAnalysis } from './t08-late-background-analysis.ts';
import { unreachableWeight } from './t09-unreachable-weight.ts';
import { endlessStepAnalysis } from './t10-endless-step-analysis.ts';
import { countWithoutInterval } from './t11-count-without-interval.ts';
import { gateSlowerThanStage } from './t12-gate-slower-than-stage.ts';
import { shutdownBeyondGrace } from './t13-shutdown-beyond-grace.ts';
import { evictionNeverAllowed } from './t14-eviction-never-allowed.ts';
import { twoDisruptionBudgets } from './t15-two-disruption-budgets.ts';
import { replicasAgainstHpa } from './t16-replicas-against-hpa.ts';
import { servicePicksOtherColour } from './t17-service-picks-other-colour.ts';
import { selectorLabelMissing } from './t18-selector-label-missing.ts';
import { inlineUpstreamLosesRetries } from './t19-inline-upstream-loses-retries.ts';
import { passiveCheckAlone } from './t20-passive-check-alone.ts';
import { weightByRequest } from './t21-weight-by-request.ts';
import type { LintRule } from './rule.ts';

/** All rules, in the order of their ids. */
export const lintRules: readonly LintRule[] = [
  unindexedResult,
  unresolvedField,
  missingArguments,
  undefinedTemplate,
  canaryScaleWithoutRouter,
  unmanagedRoute,
  stickyCanaryScale,
  sharedNatsConfig,
  uncoordinatedRollouts,
  resourceQueryWithoutColour,
  unknownArgoCommand,
  canaryGoneAfterAbort,
  toolRouterPlugin,
  emptySplitRules,
  inlineUpstreamWithoutNodes,
  invalidVars,
  grpcHealthCheck,
  unknownLimitKey,
  apisixLabels,
  exposedAdminPort,
  completionWithoutStream,
  streamsBeyondStore,
  lookupWithoutNamespace,
  scaleBeforeSync,
  imperativeAgainstGitOps,
  waitForUnbornPods,
  readyCheckByAbsence,
  countedLogTail,
  endlessFollow,
  countedHeader,
  recomputedColour,
  unforwardedPort,
  nullPassesAsText,
  progressOnStderr,
  unindexedBackgroundResult,
  invalidNginxSnippet,
  canaryHeaderValue,
  inlineIndex,
  mirrorSelectsCanary,
  timestampInKey,
  unaggregatedRatio,
  undeclaredArgument,
  indexedScalar,
  windowTooShort,
  failureNeverTrue,
  successDecided,
  unreadableQuery,
  emptyErrorSeries,
  lateBackgroundAnalysis,
  unreachableWeight,
  endlessStepAnalysis,
  countWithoutInterval,
  gateSlowerThanStage,
  shutdownBeyondGrace,
  evictionNeverAllowed,
  twoDisruptionBudgets,
  replicasAgainstHpa,
  servicePicksOtherColour,
  selectorLabelMissing,
  inlineUpstreamLosesRetries,
  passiveCheckAlone,
  weightByRequest,
];
