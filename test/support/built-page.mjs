// The page of the dashboard is made of its sources before any test, also by `npx jest`.
export default () => import('../../.config/build-ui.mjs');
