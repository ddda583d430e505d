/**
 * The threads that wait for the file system: libuv makes four when the first is needed, and never more. That many syncs of a hundred small
 * files go to the disk at a time, each with a commit of the file system's journal to itself; thirty-two of them share the commits.
 * https://nodejs.org/docs/latest-v20.x/api/cli.html#uv_threadpool_sizesize
 */
const setting = 'UV_THREADPOOL_SIZE';
const threads = '32';
let isDecided = false;

/** Begins so much work at once that, if it is the first of this process, more threads are worth their making. What the user set is kept. */
export function beginManyAtOnce(begin: () => void): void {
  const isOurs = !isDecided && process.env[setting] === undefined;
  isDecided = true;
  // Read by libuv when it makes the threads; programs that we start are not to see it.
  if (isOurs) process.env[setting] = threads;
  try {
    begin();
  } finally {
    if (isOurs) delete process.env[setting];
  }
}
