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

/** A device whose calls somebody hears, or makes in another way. */
public final class WatchedDevice {
    private static final Set<Class<?>> ROLES =
            Set.of(Matrices.class, Norms.class, Attention.class, Elementwise.class, Grids.class);

    private WatchedDevice() {}

    /** Makes a call of the device or of one of its roles, which is {@code target}; {@link #invoke} makes it as it is. */
    @FunctionalInterface
    public interface Around {
        /** @return what the call gives */
        Object call(Object target, Method method, Object[] args) throws Throwable;
    }

    /**
     * Calls of the device and of its roles arrive at {@code calls} first. What {@code calls} throws is thrown by the operation.
     *
     * @param calls is told the method; not that a role was asked for
     */
    public static Device of(Device device, Consumer<Method> calls) {
        return around(device, (target, method, args) -> {
            calls.accept(method);
            return invoke(target, method, args);
        });
    }

    /** {@code around} makes the calls of the device and of its roles; not those that ask for a role. */
    public static Device around(Device device, Around around) {
        return watch(Device.class, device, around);
    }

    private static <T> T watch(Class<T> type, Object target, Around around) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (_, method, args) -> ROLES.contains(method.getReturnType())
                        ? watch(method.getReturnType(), invoke(target, method, args), around)
                        : around.call(target, method, args)));
    }

    /** Makes a call, and throws what it throws. */
    public static Object invoke(Object target, Method method, Object[] args) throws Throwable {
        try {
            return method.invoke(target, args);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
