/// <reference lib="dom" />

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

/**
 * What is wrong with a page as it stands: wider than the window, or with serious violations
 * of accessibility, each told with the first element that has it. The page's context must bypass the content security policy.
 */
export async function faultsOf(page: Page): Promise<string[]> {
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(async (): Promise<AxeResults> =>
    (window as unknown as { axe: typeof axe }).axe.run({ exclude: [['nextjs-portal']] }),
  );
  return [
    ...(overflow > 0 ? [`${overflow} px wider than the window`] : []),
    ...violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, help, nodes }) => `${id}: ${help} (${nodes.length}×, first ${nodes[0].target.join(' ')})`),
  ];
}

/** The sum of what moved in a page while it loaded (web-vitals' CLS without its windows); Lighthouse calls 0.1 good. */
export const layoutShift = (page: Page): Promise<number> =>
  page.evaluate(async () => {
    let sum = 0;
    const observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) sum += (entry as PerformanceEntry & { value: number }).value;
    });
    observer.observe({ type: 'layout-shift', buffered: true });
    // Buffered entries come in a task of their own.
    await new Promise((resolve) => setTimeout(resolve, 100));
    return sum;
  });
