import { entryOf, itemsAt, numberAt, textAt, walk, type ManifestNode } from '../documents/manifest-node.ts';
import { argumentsOf, pipelinesOf, type ShellSequence } from '../shell/script.ts';
import type { FileStoreLimit, StreamDefinition } from './lint-input.ts';
import { sizeBytes } from './nats-conf.ts';
import { resourceOf } from './resource.ts';

/** Streams of JetStream in a document: the `Stream` resource, items of a list `streams`, a stream's own JSON. */
export function streamsInTree(root: ManifestNode): readonly StreamDefinition[] {
  const resource = resourceOf(root);
  if (resource !== undefined) {
    const isStream = resource.kind === 'Stream' && resource.apiVersion.startsWith('jetstream.nats.io');
    const spec = entryOf(root, 'spec')?.value;
    return isStream && spec !== undefined ? streamOf(spec) : [];
  }
  const streams: StreamDefinition[] = [];
  walk(root, (node, path) => {
    const own = path.length === 0 && (entryOf(node, 'retention') ?? entryOf(node, 'storage')) !== undefined;
    if (own || (path.at(-1) === '[]' && path.at(-2) === 'streams')) streams.push(...streamOf(node));
  });
  return streams;
}

function streamOf(node: ManifestNode): readonly StreamDefinition[] {
  const name = textAt(node, 'name');
  const subjects = itemsAt(node, 'subjects').flatMap((item) => textAt(item) ?? []);
  if (name === undefined || subjects.length === 0) return [];
  const limit = entryOf(node, 'max_bytes') ?? entryOf(node, 'maxBytes');
  const maxBytes = limit === undefined ? undefined : sizeBytes(textAt(limit.value) ?? '');
  return [
    {
      name,
      place: limit?.keyPlace ?? node.place,
      subjects,
      maxBytes,
      file: textAt(node, 'storage') !== 'memory',
      replicas: numberAt(node, 'num_replicas') ?? numberAt(node, 'replicas') ?? 1,
    },
  ];
}

/** `nats stream add NAME --subjects a,b --max-bytes 50GB`. */
export function streamsInShell(sequence: ShellSequence): readonly StreamDefinition[] {
  const streams: StreamDefinition[] = [];
  for (const command of pipelinesOf(sequence).flatMap((pipeline) => pipeline.commands)) {
    const words = argumentsOf(command, 'nats')?.map((word) => word.text);
    const at = words?.findIndex((word) => word === 'stream' || word === 'str') ?? -1;
    if (words === undefined || at < 0 || !/^(add|create)$/.test(words[at + 1] ?? '')) continue;
    const flag = (name: string): string | undefined => {
      const found = words.findIndex((word) => word === `--${name}` || word.startsWith(`--${name}=`));
      const word = words[found];
      return word?.includes('=') === true ? word.slice(name.length + 3) : words[found + 1];
    };
    const has = (name: string): boolean => words.some((word) => word.startsWith(`--${name}`));
    streams.push({
      name: words[at + 2] ?? '',
      place: command.place,
      subjects: has('subjects') ? (flag('subjects') ?? '').split(/[,\s]+/) : [],
      maxBytes: has('max-bytes') ? sizeBytes(flag('max-bytes') ?? '') : undefined,
      file: !has('storage') || flag('storage') !== 'memory',
      replicas: has('replicas') ? Number(flag('replicas')) : 1,
    });
  }
  return streams.filter((stream) => stream.subjects.length > 0);
}

/** Values of the NATS Helm chart that say how large the file store is. */
export function fileStoresInTree(root: ManifestNode): readonly FileStoreLimit[] {
  if (resourceOf(root) !== undefined) return [];
  const limits: FileStoreLimit[] = [];
  const servers =
    numberAt(root, 'config', 'cluster', 'replicas') ?? numberAt(root, 'cluster', 'replicas') ?? 1;
  walk(root, (node, path, entry) => {
    const where = path.join('.');
    if (!/fileStore\.(maxSize|pvc\.size)$|fileStorage\.size$/.test(where)) return;
    const bytes = sizeBytes(textAt(node) ?? '');
    if (bytes !== undefined) limits.push({ bytes, place: entry?.keyPlace ?? node.place, servers });
  });
  return limits.slice(0, 1);
}
