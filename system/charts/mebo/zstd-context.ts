import { constants } from 'node:zlib';
import type { ZstdCompress, ZstdDecompress } from 'node:zlib';

/** The part of Node's binding of libzstd that is used; Node does not document it. */
interface Binding {
  onerror: unknown;
  writeSync(
    flush: number,
    input: Uint8Array,
    inputOffset: number,
    inputLength: number,
    output: Uint8Array,
    outputOffset: number,
    outputLength: number,
  ): void;
  close(): void;
}

const outputBytes = 64 * 1024;
/** Of all contexts of this thread: what is in it counts within a call only. */
const output = new Uint8Array(outputBytes);

/**
 * A context of libzstd that is used again: the library's one-shot functions make one a call, which costs five times what
 * small frames do. It does a whole frame in one go or nothing: what is in any way out of the ordinary (large, damaged,
 * another Node) is the one-shot functions', and gives the same bytes and errors as they do.
 */
export class ZstdContext {
  readonly #create: () => ZstdCompress | ZstdDecompress;
  #binding: Binding | undefined;
  /** What is left of output and input after a write, in this order. */
  #left: Uint32Array = new Uint32Array(2);
  #usable = true;
  #failed = false;

  constructor(create: () => ZstdCompress | ZstdDecompress) {
    this.#create = create;
  }

  /** The whole result; undefined: not in one go, or not at all. */
  run(input: Uint8Array): Uint8Array | undefined {
    const binding = (this.#binding ??= this.#open());
    if (binding === undefined) return undefined;
    binding.writeSync(constants.ZSTD_e_end, input, 0, input.length, output, 0, outputBytes);
    const [outputLeft = 0, inputLeft = 0] = this.#left;
    // Room is left and the input is used up: the frame has ended.
    if (!this.#failed && inputLeft === 0 && outputLeft > 0) return output.slice(0, outputBytes - outputLeft);
    binding.close();
    this.#binding = undefined;
    return undefined;
  }

  #open(): Binding | undefined {
    if (!this.#usable) return undefined;
    const stream = this.#create();
    const binding: unknown = Reflect.get(stream, '_handle');
    const left: unknown = Reflect.get(stream, '_writeState');
    if (!isBinding(binding) || !(left instanceof Uint32Array) || left.length !== 2) {
      this.#usable = false;
      return undefined;
    }
    this.#failed = false;
    this.#left = left;
    binding.onerror = () => {
      this.#failed = true;
    };
    return binding;
  }
}

function isBinding(binding: unknown): binding is Binding {
  if (typeof binding !== 'object' || binding === null) return false;
  return (
    typeof Reflect.get(binding, 'writeSync') === 'function' &&
    typeof Reflect.get(binding, 'close') === 'function'
  );
}
