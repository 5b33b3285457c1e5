/// <reference lib="dom" />

import axe, { type AxeResults } from 'axe-core';
import type { BrowserContext, Page } from 'playwright-core';

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

/** What is wrong with an address in both themes, on a desk and on a phone, once it shows a text. Throws where it does not. */
export async function faultsEverywhere(
  context: BrowserContext,
  url: string,
  text: string,
): Promise<string[]> {
  const faults: string[] = [];
  for (const theme of ['light', 'dark'])
    for (const width of [1440, 390]) {
      await context.addCookies([{ name: 'theme', value: theme, url }]);
      const page = await context.newPage();
      await page.setViewportSize({ width, height: 900 });
      const errors = errorsOf(page);
      const status = (await page.goto(url))?.status();
      await page.getByText(text).first().waitFor({ state: 'attached' });
      const found = [...(status === 200 ? [] : [`status ${status}`]), ...(await faultsOf(page)), ...errors];
      faults.push(...found.map((fault) => `${theme}, ${width} px: ${fault}`));
      await page.close();
    }
  return faults;
}
