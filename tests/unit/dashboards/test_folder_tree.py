"""The tree of folders: every folder once, after the one that it is in, whatever rows there are."""

from hypothesis import given
from hypothesis import strategies as st

from benchboard.dashboards import folder_tree
from benchboard.dashboards.folder_tree import FolderNode

_IDS = [f"f{k}" for k in range(8)]
_PARENTS = st.sampled_from([None, "unknown", *_IDS])
_NODES = st.lists(_PARENTS, max_size=len(_IDS)).map(
    lambda parents: [FolderNode(_IDS[k], f"Folder {k % 3}", parent) for k, parent in enumerate(parents)]
)


@given(_NODES)
def test_placed_has_every_folder_once_after_the_one_it_is_in(nodes: list[FolderNode]) -> None:
    """Also where rows say that folders are inside each other, or in one that is gone."""
    found = folder_tree.placed(nodes)
    assert sorted(one.id for one in found) == sorted(node.id for node in nodes)
    seen: dict[str, folder_tree.PlacedFolder] = {}
    for one in found:
        if one.parent_id is None:
            assert (one.depth, one.path) == (0, one.name)
        else:
            parent = seen[one.parent_id]
            assert (one.depth, one.path) == (parent.depth + 1, f"{parent.path} / {one.name}")
        seen[one.id] = one


@given(_NODES, st.sampled_from(_IDS))
def test_subtree_is_what_has_the_folder_among_its_ancestors(nodes: list[FolderNode], folder_id: str) -> None:
    inside = folder_tree.subtree(nodes, folder_id)
    assert inside == {node.id for node in nodes if folder_id in folder_tree.with_ancestors(nodes, node.id)}
    depths = {one.depth for one in folder_tree.placed(nodes) if one.id in inside}
    assert folder_tree.height(nodes, folder_id) == len(depths)


def test_placed_sorts_siblings_by_name_ignoring_case() -> None:
    nodes = [FolderNode("1", "rig", None), FolderNode("2", "Cell lab", None), FolderNode("3", "Brake", "1")]
    assert [one.path for one in folder_tree.placed(nodes)] == ["Cell lab", "rig", "rig / Brake"]
