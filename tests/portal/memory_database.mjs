// SPDX-License-Identifier: Apache-2.0
/** As much of IndexedDB as keys.mjs asks for, in memory. */

/** A request that is answered already. */
function answered(result) {
  return { result };
}

class Store {
  constructor(records, keyPath) {
    Object.assign(this, { records, keyPath });
  }

  get(key) {
    return answered(copied(this.records.get(key)));
  }

  getAll() {
    return answered([...this.records.values()].map(copied));
  }

  put(value) {
    this.records.set(value[this.keyPath], copied(value));
    return answered(value[this.keyPath]);
  }

  delete(key) {
    this.records.delete(key);
    return answered(undefined);
  }
}

/** A copy, so that what is kept is not what was handed in; CryptoKeys can't be changed anyway. */
function copied(value) {
  return value === undefined ? undefined : { ...value };
}

class Database {
  stores = new Map();

  createObjectStore(name, { keyPath }) {
    this.stores.set(name, new Store(new Map(), keyPath));
  }

  transaction(name) {
    const transaction = { objectStore: () => this.stores.get(name) };
    setTimeout(() => transaction.oncomplete?.());
    return transaction;
  }

  close() {}
}

/** What a browser has as `indexedDB`, empty. */
export function memoryDatabase() {
  const databases = new Map();
  return {
    open(name) {
      const isNew = !databases.has(name);
      if (isNew) databases.set(name, new Database());
      const request = { result: databases.get(name) };
      setTimeout(() => {
        if (isNew) request.onupgradeneeded?.();
        request.onsuccess?.();
      });
      return request;
    },
  };
}
