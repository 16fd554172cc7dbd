export { ignoredEnhancers } from './ignored-enhancers.js';
export { isSagaClass, sagaMetadataOf } from './saga-metadata.accessor.js';
export { SagaExplorer, type DiscoveredSaga } from './saga.explorer.js';
