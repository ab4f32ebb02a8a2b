import { pipelinesOf } from '../shell/script.ts';
import { kubectlCalls } from '../input/shell-search.ts';
import type { Found, LintRule } from './rule.ts';

export const unforwardedPort: LintRule = {
  id: 'L32',
  title: 'Request to a local port that nothing forwards',
  effect: 'connection refused: the check fails always, whatever the state of the service',
  fix: 'forward the port first (kubectl port-forward svc/NAME PORT:8080 &) and wait until it answers',
  source: 'delivery L32',
  check: (input) => {
    const forwards = kubectlCalls(input).filter(({ call }) => call.verb.text === 'port-forward');
    if (forwards.length === 0) return [];
    const ports = new Set(
      forwards.flatMap(({ call }) => call.operands.map((word) => word.text.split(':')[0] ?? '')),
    );
    const found: Found[] = [];
    for (const command of input.sequences.flatMap(pipelinesOf).flatMap((pipeline) => pipeline.commands)) {
      const program = command.words[0]?.text ?? '';
      if (!/^(curl|wget|http|nc|grpcurl)$/.test(program)) continue;
      for (const word of command.words) {
        const port = /^(?:https?:\/\/)?(?:localhost|127\.0\.0\.1):(\d+)/.exec(word.text)?.[1];
        if (port === undefined || ports.has(port)) continue;
        found.push({ place: word.place, why: `no port-forward in these files opens port ${port}` });
      }
    }
    return found;
  },
};
