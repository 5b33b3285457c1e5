let controller: AbortController | undefined;

/**
 * Aborted by Ctrl-C (SIGINT) and SIGTERM, which from the first call on no longer end the process by themselves; a second Ctrl-C
 * ends it at once.
 */
export function stopSignal(): AbortSignal {
  if (controller === undefined) {
    const { signal } = (controller = new AbortController());
    process.on('SIGINT', () => {
      if (signal.aborted) process.exit(130);
      controller!.abort();
    });
    process.on('SIGTERM', () => controller!.abort());
  }
  return controller.signal;
}
