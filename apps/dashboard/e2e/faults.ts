import axe, { type AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

/** Errors of a page's scripts and of its console, gathered from now on. */
export function errorsOf(page: Page): readonly string[] {
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  return errors;
}

/** Above this, Lighthouse calls the sum of what moved while a page loaded no longer good. */
const MOST_SHIFT = 0.1;

/**
 * What is wrong with a page as it stands: wider than the window, parts that moved while it loaded, or serious violations
 * of accessibility, each told with the first element that has it. The page's context must bypass the content security policy.
 */
export async function faultsOf(page: Page): Promise<string[]> {
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  const shift = await page.evaluate(layoutShift);
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(async (): Promise<AxeResults> =>
    (window as unknown as { axe: typeof axe }).axe.run({ exclude: [['nextjs-portal']] }),
  );
  return [
    ...(overflow > 0 ? [`${overflow} px wider than the window`] : []),
    ...(shift > MOST_SHIFT ? [`a cumulative layout shift of ${shift.toFixed(2)}`] : []),
    ...violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, help, nodes }) => `${id}: ${help} (${nodes.length}×, first ${nodes[0].target.join(' ')})`),
  ];
}

/** In the page: the sum of its layout shifts so far (web-vitals' CLS without its windows). */
async function layoutShift(): Promise<number> {
  let sum = 0;
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) sum += (entry as PerformanceEntry & { value: number }).value;
  });
  observer.observe({ type: 'layout-shift', buffered: true });
  // Buffered entries come in a task of their own.
  await new Promise((resolve) => setTimeout(resolve, 100));
  return sum;
}
