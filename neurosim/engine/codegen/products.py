"""Source text of products of weights with rates, which add to the currents."""

from __future__ import annotations

from neurosim.engine.kernel_spec import KernelSpec

__all__ = ["inputs_now", "over_blocks", "products", "through_address"]


def products(spec: KernelSpec) -> list[str]:
    """Products that add to the currents of one tile, for trials first to last - 1."""
    many = not spec.one_trial
    lines = []
    if spec.inputs:
        now = inputs_now(spec)
        lines.append(
            f"add_dense(input_columns[p], {now}, currents, first, last, inputs.shape[3])"
            if many
            else f"add_dense_to_one(input_columns[p], {now}, currents[SLOT : SLOT + 1], inputs.shape[3])"
        )
    if spec.base == "dense":
        lines.append(
            "add_dense(weights[p], rates, currents, first, last, size)"
            if many
            else "add_dense_to_one(weights[p], rates, currents[SLOT : SLOT + 1], size)"
        )
    if spec.base == "blocks":
        rates, target = "rates[:, source:]", "target : target + wide"
        lines += over_blocks(
            f"add_dense(columns, {rates}, currents[:, {target}], first, last, many)"
            if many
            else f"add_dense_to_one(columns, {rates}, currents[SLOT : SLOT + 1, {target}], many)",
            span="range(block_ends[p], block_ends[p + 1])",
        )
    if spec.base == "sparse":
        rows = "starts[low : min(high, size) + 1]" if spec.tiled else "starts"
        target = "currents, first, last" if many else "currents[SLOT : SLOT + 1], 0, 1"
        lines.append(f"add_sparse({rows}, sources, sparse_weights, rates, {target})")
    return lines


def inputs_now(spec: KernelSpec) -> str:
    """Inputs of all trials at the present stage."""
    return f"inputs[step - start, {'nodes[stage]' if spec.several_stages else '0'}]"


def over_blocks(
    product: str, blocks: str = "blocks", weights: str = "block_weights", span: str = "range(blocks.shape[0])"
) -> list[str]:
    """Loop over blocks of weights around a product with the ``columns`` of one of them.

    Parameters
    ----------
    product : str
        Its text; the block has ``many`` sources from ``source`` and ``wide`` targets from ``target``.
    blocks, weights : str, optional
        Names of the arrays of a `neurosim.engine.block_arrays.BlockLayout`.
    span : str, optional
        Text of the indices of the blocks.
    """
    return [
        f"for pair in {span}:",
        f"    target, wide, source, many, place = {blocks}[pair]",
        f"    columns = {weights}[place : place + many * wide].reshape(many, wide)",
        f"    {product}",
    ]


def through_address(
    spec: KernelSpec, names: tuple[str, str, str], rates: str, currents: str, count: str
) -> list[str]:
    """Product of dense weights, as a whole or in blocks, with the rates of all trials; nothing for other weights.

    Parameters
    ----------
    spec : KernelSpec
    names : tuple of str
        Names of the arrays of the whole weights, of the table of blocks, and of the weights of blocks.
    rates, currents : str
        Names of the arrays that the product reads and to which it adds.
    count : str
        Text of the number of rates that the whole weights multiply.
    """
    whole, blocks, weights = names
    if spec.base == "dense":
        return [f"dense(dense_address, {whole}, {rates}, {currents}, trials, {count})"]
    if spec.base == "blocks":
        parts = f"{rates}[:, source:], {currents}[:, target : target + wide]"
        product = f"dense(dense_address, columns, {parts}, trials, many)"
        return over_blocks(product, blocks, weights, f"range({blocks}.shape[0])")
    return []
