import { rule, type Rule } from './rule.ts';

/** A tool is told "complete", and forgets its points, only when the completion is in a stream (PRODUCT, storing; delivery R5, R24). */
export const collectionComplete: Rule = rule({
  id: 'collection.complete',
  title: 'a context that a tool was told is complete has been published',
  kind: 'safety',
  source: 'PRODUCT storing; delivery R5, R24',
  excuses: [],
  watch({ history }, ledger) {
    // Published, and not yet completed as its tool sees it.
    const published = new Set<string>();
    const completed = new Map<string, number>();
    history.on('completion.published', ({ tool, contextId }) => {
      // A second publication of a context that its tool is done with is none of a new one.
      if (sequenceOf(contextId) > (completed.get(tool) ?? 0)) published.add(contextId);
    });
    history.on('tool.overflow', ({ contextId }) => {
      published.delete(contextId);
    });
    history.on('context.completed', ({ tool, contextId, contextSequence }) => {
      ledger.check();
      completed.set(tool, contextSequence);
      if (!published.delete(contextId))
        ledger.violate(`${contextId}: the tool was told that it is complete, and nothing was published`);
    });
    return { finish: () => undefined };
  },
});

function sequenceOf(contextId: string): number {
  return Number(contextId.slice(contextId.lastIndexOf('/') + 1));
}
