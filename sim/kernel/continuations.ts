/**
 * Runs every continuation that is due, however deep, and then tells of rejections that nobody has handled: what Node does
 * after each callback of its own. From within a continuation it does nothing. Node has no documented function for it; to
 * give the thread back after such an event instead makes it a fifth dearer. Throws where this Node has none.
 */
export const runContinuations: () => void = find();

function find(): () => void {
  const found: unknown = Reflect.get(process, '_tickCallback');
  if (!isProcedure(found))
    throw new Error(
      `Node ${process.version} runs no continuations on demand; Node 26 does, and npm ci installs it`,
    );
  return found;
}

function isProcedure(value: unknown): value is () => void {
  return typeof value === 'function';
}
