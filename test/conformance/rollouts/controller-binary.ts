import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../../../chaos/live/nats/index.ts';

const run = promisify(execFile);
const buildTimeoutMs = 3_600_000;
const module = 'github.com/argoproj/argo-rollouts';

/** The controller that the model is compared with. */
export const controllerVersion = '1.8.3';
export const installCommand = 'npm run conformance -- rollouts --install';

function folder(): string {
  return join(cacheFolder(), `argo-rollouts-${controllerVersion}`);
}

export function controllerPath(): string {
  return join(folder(), 'rollouts-controller');
}

export function hasController(): boolean {
  return existsSync(controllerPath()) && existsSync(join(folder(), 'crds'));
}

/** The custom resource definitions as YAML. */
export function resourceDefinitions(): readonly string[] {
  const crds = join(folder(), 'crds');
  return readdirSync(crds)
    .filter((name) => name.endsWith('-crd.yaml'))
    .map((name) => readFileSync(join(crds, name), 'utf8'));
}

/** Builds the controller from its Go module, whose replacements are repeated (live-stack §10); minutes of one core. */
export async function installController(): Promise<void> {
  if (hasController()) return;
  mkdirSync(folder(), { recursive: true });
  const work = mkdtempSync(join(folder(), 'install-'));
  try {
    const environment = {
      ...process.env,
      GOFLAGS: '-mod=mod -buildvcs=false -trimpath',
      GOTOOLCHAIN: 'local',
      CGO_ENABLED: '0',
    };
    const options = { cwd: work, timeout: buildTimeoutMs, env: environment, maxBuffer: 64_000_000 };
    const path = join(work, 'go.mod');
    writeFileSync(path, 'module tools\n\ngo 1.26\n');
    const { stdout } = await run(
      'go',
      ['mod', 'download', '-json', `${module}@v${controllerVersion}`],
      options,
    );
    const { GoMod: upstream, Dir: source }: { GoMod: string; Dir: string } = JSON.parse(stdout);
    const replacements = /^replace \([^)]*\)/ms.exec(readFileSync(upstream, 'utf8'))?.[0] ?? '';
    writeFileSync(
      path,
      `module tools\n\ngo 1.26\n\nrequire ${module} v${controllerVersion}\n\n${replacements}\n`,
    );
    const built = join(work, 'rollouts-controller');
    await run(
      'go',
      ['build', '-ldflags', '-s -w', '-o', built, `${module}/cmd/rollouts-controller`],
      options,
    );
    cpSync(join(source, 'manifests', 'crds'), join(folder(), 'crds'), { recursive: true });
    renameSync(built, controllerPath());
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
