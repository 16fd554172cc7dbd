import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { Look } from './chromium.js';

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
