// SPDX-License-Identifier: Apache-2.0
package dev.myna.testing;

import dev.myna.kernels.Attention;
import dev.myna.kernels.Device;
import dev.myna.kernels.Elementwise;
import dev.myna.kernels.Grids;
import dev.myna.kernels.Matrices;
import dev.myna.kernels.Norms;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Set;
import java.util.function.Consumer;

/** A device that reports each call before it makes it. */
public final class WatchedDevice {
    private static final Set<Class<?>> ROLES =
            Set.of(Matrices.class, Norms.class, Attention.class, Elementwise.class, Grids.class);

    private WatchedDevice() {}

    /**
     * Calls of the device and of its roles arrive at {@code calls} first. What {@code calls} throws is thrown by the operation.
     *
     * @param calls is told the method; not that a role was asked for
     */
    public static Device of(Device device, Consumer<Method> calls) {
        return watch(Device.class, device, calls);
    }

    private static <T> T watch(Class<T> type, Object target, Consumer<Method> calls) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (_, method, args) -> {
            if (!ROLES.contains(method.getReturnType())) {
                calls.accept(method);
                return invoke(target, method, args);
            }
            return watch(method.getReturnType(), invoke(target, method, args), calls);
        }));
    }

    private static Object invoke(Object target, Method method, Object[] args) throws Throwable {
        try {
            return method.invoke(target, args);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
