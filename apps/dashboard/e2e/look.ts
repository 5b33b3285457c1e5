import { basename, join, resolve } from 'node:path';
import { UserError, makeFolder } from '@id3/core';
import type { BrowserContext } from 'playwright-core';
import sharp from 'sharp';
import { openBrowser } from './browser.ts';
import { errorsOf, faultsOf, layoutShift } from './faults.ts';
import { everyPage, unanswered } from './pages.ts';

const THEMES = ['light', 'dark'] as const;
const WIDTHS = [1440, 390] as const;
const PATIENCE_MS = 300_000;
/** Beyond this, Lighthouse calls a page's layout shift no longer good. It depends on the machine's load, so no test asks for it. */
const MAX_SHIFT = 0.1;

/**
 * Opens every view of a running dashboard, or the one named `only`, saves its picture in `out`, and prints what is wrong with it;
 * the exit code is then 1. Throws a UserError where there is no such view or nobody answers.
 */
export async function lookAtEverything(asked: {
  url: string;
  database: string;
  out: string;
  only: string | undefined;
}): Promise<void> {
  const { url, only } = asked;
  const out = resolve(asked.out);
  const pages = everyPage(resolve(asked.database));
  const chosen = pages.filter(({ name }) => only === undefined || name === only);
  if (chosen.length === 0)
    throw new UserError(`There is no view "${only}"; there are ${pages.map(({ name }) => name).join(', ')}.`);
  await fetch(url).catch(() => {
    throw unanswered(url);
  });
  makeFolder(out);
  const browser = await openBrowser();
  const faults: string[] = [];
  try {
    for (const theme of THEMES) {
      for (const width of WIDTHS) {
        // The audit's script is ours, not the page's: the policy need not let it in.
        const context = await browser.newContext({ viewport: { width, height: 900 }, bypassCSP: true });
        context.setDefaultTimeout(PATIENCE_MS);
        await context.addCookies([{ name: 'theme', value: theme, url }]);
        for (const page of chosen)
          faults.push(
            ...(await lookAt(context, url + page.path, join(out, `${page.name}-${theme}-${width}.png`))),
          );
        await context.close();
      }
    }
  } finally {
    await browser.close();
  }
  console.log(faults.length === 0 ? 'No faults.' : faults.join('\n'));
  if (faults.length > 0) process.exitCode = 1;
}

/** Opens an address, takes its picture into a file, and gives what is wrong with it. */
async function lookAt(context: BrowserContext, url: string, file: string): Promise<string[]> {
  const name = basename(file, '.png');
  const page = await context.newPage();
  const errors = errorsOf(page);
  const response = await page.goto(url, { waitUntil: 'load', timeout: PATIENCE_MS });
  // Charts measure their frame, and faces arrive, after the load.
  await page.waitForTimeout(1500);
  await page.locator('[aria-busy=true]').first().waitFor({ state: 'detached', timeout: PATIENCE_MS });
  // Before the picture, for which the window grows to the page.
  const shift = await layoutShift(page);
  const picture = await page.screenshot({ fullPage: true, timeout: PATIENCE_MS });
  // A palette takes a third of the bytes, which are committed.
  await sharp(picture).png({ palette: true }).toFile(file);
  const faults = [
    ...(shift > MAX_SHIFT ? [`a cumulative layout shift of ${shift.toFixed(2)}`] : []),
    ...(response?.status() === 200 ? [] : [`status ${response?.status()}`]),
    ...(await faultsOf(page)),
    ...errors,
  ].map((fault) => `${name}: ${fault}`);
  await page.close();
  console.log(faults.length === 0 ? `${name}: good` : faults.join('\n'));
  return faults;
}
