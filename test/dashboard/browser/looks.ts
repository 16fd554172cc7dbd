import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { Look } from './chromium.js';

/** `SAGA_SCREENS=docs/dashboard npm run test:dashboard` makes the pictures of the guide. */
export const FOLDER = join(process.cwd(), process.env['SAGA_SCREENS'] ?? 'coverage/dashboard');

export const LOOKS: Readonly<Record<string, Look>> = {
  light: {},
  dark: { theme: 'dark' },
  phone: { isPhone: true },
};

const inPage = readFileSync(join(__dirname, 'in-page.js'), 'utf8');

/** What a person would call cut off, or hanging over: of what is not there to be scrolled. */
export function clumsyParts(page: Page): Promise<string[]> {
  return page.evaluate(`${inPage}\nclumsyParts()`);
}

/** Texts that stand on one another, among those that are placed by hand. */
export function overlaps(page: Page, selector: string): Promise<string[]> {
  return page.evaluate(`${inPage}\noverlaps(${JSON.stringify(selector)})`);
}

/** A picture of all of it: the window is made as high as the page. */
export async function takePicture(page: Page, path: string): Promise<void> {
  const size = page.viewportSize() ?? { width: 1360, height: 850 };
  const height = await page.evaluate<number>('document.documentElement.scrollHeight');
  await page.setViewportSize({ ...size, height: Math.max(size.height, height) });
  await page.screenshot({ path });
}

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Every rule of WCAG 2.2 AA that a program can check. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const run = `axe.run(document, { runOnly: ${JSON.stringify(TAGS)} })`;
  const found = await page.evaluate<{
    violations: { id: string; nodes: { html: string; failureSummary: string }[] }[];
  }>(run);
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(
      ({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary.slice(0, 240)}`,
    ),
  );
}
