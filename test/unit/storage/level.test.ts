import { storageContract } from './contract.js';
import { levelStore } from './level-store.js';

storageContract({ name: 'level', persists: true, runs: 60, create: async () => levelStore() });
